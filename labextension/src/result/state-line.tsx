import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { formatSeconds } from '../format';
import { stopwatchIcon } from '../icons';
import type { IMeasurement } from '../measurement';
import { modeText } from './mode-texts';
import { Toolbar } from './toolbar';
import type { IMeasurementViewProps, IResultPlace } from './view';

/** Without news from the kernel for so long, the view says so. */
const SILENCE_MS = 5000;

/** First line of the result: what state the measurement is in, how it was made, its label, what to do with it. */
export function StateLine(
  props: IMeasurementViewProps & IResultPlace
): JSX.Element {
  const { measurement, trans } = props;
  const silent = useSilence(measurement);
  return (
    <header className="tt-Measure-state">
      {measurement.state === 'running' ? (
        <span
          className="tt-Measure-busy"
          data-silent={silent}
          aria-hidden="true"
        />
      ) : (
        <stopwatchIcon.react tag="span" className="tt-Measure-icon" />
      )}
      <span className="tt-Measure-stateText">
        {stateText(measurement, trans)}
      </span>
      <span className="tt-Measure-mode">{modeText(measurement, trans)}</span>
      {measurement.label !== null && (
        <span className="tt-Measure-label">{measurement.label}</span>
      )}
      <Toolbar
        measurement={measurement}
        text={props.text}
        node={props.node}
        trans={trans}
      />
      {silent && (
        <p className="tt-Measure-silence">
          {trans.__(
            'No new figures for a while: the kernel is inside one long call, or it has stopped. These are the last ones.'
          )}
        </p>
      )}
      {measurement.error !== null && measurement.error.message !== '' && (
        <p className="tt-Measure-errorMessage">{measurement.error.message}</p>
      )}
    </header>
  );
}

function stateText(m: IMeasurement, trans: TranslationBundle): string {
  if (m.state === 'running') {
    return trans.__('Measuring, %1 so far', formatSeconds(m.wall_s));
  }
  if (m.state === 'interrupted') {
    return trans.__('Interrupted: the figures are those until then');
  }
  if (m.state === 'error') {
    return errorText(m, trans);
  }
  return trans.__('Measured');
}

function errorText(m: IMeasurement, trans: TranslationBundle): string {
  const type = m.error?.type ?? trans.__('Error');
  const line = m.error?.line ?? null;
  return line === null
    ? trans.__('%1: the figures are those until then', type)
    : trans.__('%1 at line %2: the figures are those until then', type, line);
}

/**
 * Whether a running measurement has sent nothing for `SILENCE_MS`. A call that holds Python's lock stops the figures,
 * and a notebook saved while its kernel died keeps saying "running": neither should look alive.
 */
export function useSilence(measurement: { state: string }): boolean {
  const [silent, setSilent] = React.useState(false);
  React.useEffect(() => {
    setSilent(false);
    if (measurement.state !== 'running') {
      return undefined;
    }
    const timer = window.setTimeout(() => setSilent(true), SILENCE_MS);
    return () => window.clearTimeout(timer);
  }, [measurement]);
  return silent;
}
