import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { formatBytes, formatBytesChange, formatSeconds } from '../format';
import type { IMeasurement } from '../measurement';
import { Disclosure } from './disclosure';
import { nearest } from './scale';
import { TimelineChart } from './timeline-chart';
import { lineAt, timelineData, type ITimelineData } from './timeline-data';
import type { IMeasurementViewProps } from './view';

/** A gap between samples is worth a word if it is longer than this share of the cell. */
const WORTHY_GAP = 0.1;

/** Memory over time, live. The legend is also the read-out of the place under the pointer or the keyboard's cursor. */
export function Timeline(props: IMeasurementViewProps): JSX.Element | null {
  const { measurement, trans } = props;
  const [cursor, setCursor] = React.useState<number | null>(null);
  const data = timelineData(measurement);
  if (data === null) {
    return null;
  }
  const index = cursor === null ? data.t.length - 1 : nearest(data.t, cursor);
  return (
    <Disclosure
      title={trans.__('Memory over time')}
      summary={gapText(measurement, trans)}
      className="tt-Timeline"
    >
      <Legend
        data={data}
        index={index}
        place={
          cursor === null ? null : placeText(data, measurement, index, trans)
        }
        trans={trans}
      />
      <CursorKeys
        data={data}
        index={index}
        text={readOut(data, measurement, index, trans)}
        label={trans.__('Memory over time: arrow keys read the samples')}
        onMove={setCursor}
      >
        <TimelineChart
          data={data}
          cursor={cursor === null ? null : index}
          onMove={setCursor}
        />
      </CursorKeys>
    </Disclosure>
  );
}

interface ICursorKeysProps {
  data: ITimelineData;
  index: number;
  /** What the sample at `index` says, for screen readers. */
  text: string;
  label: string;
  onMove: (t: number | null) => void;
  children: React.ReactNode;
}

/** The chart as a slider over its samples. */
function CursorKeys(props: ICursorKeysProps): JSX.Element {
  const { data, index, onMove } = props;
  const last = data.t.length - 1;
  const onKeyDown = (event: React.KeyboardEvent) => {
    const target = sliderTarget(event.key, index, last);
    if (target === null) {
      return;
    }
    // Otherwise the notebook would move to another cell.
    event.stopPropagation();
    event.preventDefault();
    onMove(data.t[target] ?? null);
  };
  return (
    <div
      className="tt-Timeline-chart"
      role="slider"
      tabIndex={0}
      aria-label={props.label}
      aria-valuemin={0}
      aria-valuemax={last}
      aria-valuenow={index}
      aria-valuetext={props.text}
      onKeyDown={onKeyDown}
      onBlur={() => onMove(null)}
    >
      {props.children}
    </div>
  );
}

function sliderTarget(key: string, index: number, last: number): number | null {
  const page = Math.max(1, Math.round(last / 10));
  const targets: Record<string, number> = {
    ArrowLeft: index - 1,
    ArrowDown: index - 1,
    ArrowRight: index + 1,
    ArrowUp: index + 1,
    PageDown: index - page,
    PageUp: index + page,
    Home: 0,
    End: last
  };
  const target = targets[key];
  return target === undefined ? null : Math.min(last, Math.max(0, target));
}

interface ILegendProps {
  data: ITimelineData;
  index: number;
  /** Time and line of the cursor; null: no cursor, the names alone are shown. */
  place: string | null;
  trans: TranslationBundle;
}

function Legend(props: ILegendProps): JSX.Element {
  const { data, index, place, trans } = props;
  const rss = data.rss[index] ?? null;
  const traced = data.traced[index] ?? null;
  const value = (bytes: number | null) =>
    bytes === null ? trans.__('not measured') : formatBytesChange(bytes);
  return (
    <p className="tt-Timeline-legend">
      {data.traced.some(bytes => bytes !== null) && (
        <span className="tt-Timeline-key" data-series="traced">
          {trans.__('Python and NumPy')}
          {place !== null && <b>{value(traced)}</b>}
        </span>
      )}
      {data.rssStart !== null && (
        <span className="tt-Timeline-key" data-series="rss">
          {trans.__('Process (RSS), from %1', formatBytes(data.rssStart))}
          {place !== null && <b>{value(rss)}</b>}
        </span>
      )}
      <span className="tt-Timeline-place">
        {place ?? trans.__('above the start of the cell')}
      </span>
    </p>
  );
}

function placeText(
  data: ITimelineData,
  m: IMeasurement,
  index: number,
  trans: TranslationBundle
): string {
  const t = data.t[index] ?? 0;
  const line = lineAt(data, m, t);
  return line === null
    ? trans.__('at %1', formatSeconds(t))
    : trans.__('at %1, line %2', formatSeconds(t), line);
}

function readOut(
  data: ITimelineData,
  m: IMeasurement,
  index: number,
  trans: TranslationBundle
): string {
  const rss = data.rss[index] ?? null;
  const traced = data.traced[index] ?? null;
  const parts = [placeText(data, m, index, trans)];
  if (traced !== null) {
    parts.push(trans.__('Python and NumPy %1', formatBytesChange(traced)));
  }
  if (rss !== null && data.rssStart !== null) {
    parts.push(trans.__('process %1', formatBytes(data.rssStart + rss)));
  }
  return parts.join('; ');
}

function gapText(m: IMeasurement, trans: TranslationBundle): string {
  const gap = m.timeline.longest_gap_s;
  return gap > WORTHY_GAP * m.wall_s
    ? trans.__('longest time without a sample: %1', formatSeconds(gap))
    : '';
}
