import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { formatBytes, formatSeconds } from '../format';
import {
  FORMAT_VERSION,
  type IMeasurement,
  type Reading
} from '../measurement';
import { Earlier } from './earlier';
import { Lines } from './lines';
import { Operations } from './ops';
import { Roofline } from './roofline';
import { Runs } from './runs';
import { Sites } from './sites';
import { StateLine } from './state-line';
import { Statements } from './statements';
import { Tensors } from './tensors';
import { Tiles } from './tiles';
import { Timeline } from './timeline';
import { Understand } from './understand';

/** Where the result stands, for what can be done with it. */
export interface IResultPlace {
  /** The output's plain text; null if there is none. */
  text: string | null;
  /** The element that holds the result. */
  node: HTMLElement;
}

export interface IResultViewProps extends IResultPlace {
  /** What the output holds under our MIME type. */
  reading: Reading;
  /** The output's own HTML, sanitized, shown where we cannot show better; null if there is none. */
  fallbackHTML: string | null;
  trans: TranslationBundle;
}

/** Everything under a measured cell. */
export function ResultView(props: IResultViewProps): JSX.Element {
  const { reading, trans } = props;
  if (reading.kind === 'measurement') {
    return (
      <MeasurementView
        measurement={reading.measurement}
        text={props.text}
        node={props.node}
        trans={trans}
      />
    );
  }
  const sentence =
    reading.kind === 'newer'
      ? trans.__(
          'This measurement was saved by a newer tinytorch-lab (format %1, this one reads %2). Update tinytorch-lab to see all of it.',
          reading.version,
          FORMAT_VERSION
        )
      : trans.__(
          'This measurement cannot be shown: its field "%1" is missing or damaged. Run the cell again.',
          reading.field
        );
  return <Fallback sentence={sentence} html={props.fallbackHTML} />;
}

export interface IMeasurementViewProps {
  measurement: IMeasurement;
  trans: TranslationBundle;
}

/** Headline first, then what follows from it, then part by part; a part without data is not there. */
function MeasurementView(
  props: IMeasurementViewProps & IResultPlace
): JSX.Element {
  const { measurement, trans } = props;
  return (
    <section
      className="tt-Measure"
      role="group"
      data-state={measurement.state}
      aria-label={trans.__('Measurement of this cell')}
      aria-busy={measurement.state === 'running'}
    >
      <StateLine {...props} />
      <Tiles measurement={measurement} trans={trans} />
      <Understand measurement={measurement} trans={trans} />
      <Runs measurement={measurement} trans={trans} />
      <Earlier measurement={measurement} trans={trans} />
      <Timeline measurement={measurement} trans={trans} />
      <Statements measurement={measurement} trans={trans} />
      <Lines measurement={measurement} trans={trans} />
      <Operations measurement={measurement} trans={trans} />
      <Roofline measurement={measurement} trans={trans} />
      <Tensors measurement={measurement} trans={trans} />
      <Sites measurement={measurement} trans={trans} />
      <Notes notes={measurement.notes} />
      <p className="tt-sr-only" aria-live="polite">
        {announcement(measurement, trans)}
      </p>
    </section>
  );
}

/** Changes only with the state, so that a screen reader speaks twice a run and not with every update. */
function announcement(
  measurement: IMeasurement,
  trans: TranslationBundle
): string {
  if (measurement.state === 'running') {
    return trans.__('Measuring this cell.');
  }
  const wall = formatSeconds(measurement.wall_s);
  return measurement.peak_bytes === null
    ? trans.__('Measured: wall time %1.', wall)
    : trans.__(
        'Measured: wall time %1, peak memory %2.',
        wall,
        formatBytes(measurement.peak_bytes)
      );
}

function Notes(props: { notes: string[] }): JSX.Element | null {
  if (props.notes.length === 0) {
    return null;
  }
  return (
    <ul className="tt-Measure-notes">
      {props.notes.map((note, index) => (
        <li key={index}>{note}</li>
      ))}
    </ul>
  );
}

function Fallback(props: {
  sentence: string;
  html: string | null;
}): JSX.Element {
  return (
    <section className="tt-Measure" data-state="unreadable">
      <p className="tt-Measure-unreadable">{props.sentence}</p>
      {props.html !== null && (
        <div
          className="jp-RenderedHTMLCommon"
          dangerouslySetInnerHTML={{ __html: props.html }}
        />
      )}
    </section>
  );
}
