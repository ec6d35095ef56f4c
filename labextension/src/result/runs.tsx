import React from 'react';

import { formatSeconds } from '../format';
import { Disclosure } from './disclosure';
import { spread } from './spread';
import { Strip } from './strip';
import type { IMeasurementViewProps } from './view';

/** The untraced runs of mode `repeat`, each a point. */
export function Runs(props: IMeasurementViewProps): JSX.Element | null {
  const { measurement, trans } = props;
  const times = measurement.runs
    .filter(run => !run.traced)
    .map(run => run.wall_s);
  const of = spread(times);
  if (times.length < 2 || of === null) {
    return null;
  }
  const summary = trans.__(
    'median %1 of %2, half of them between %3 and %4',
    formatSeconds(of.median),
    times.length,
    formatSeconds(of.low),
    formatSeconds(of.high)
  );
  return (
    <Disclosure title={trans.__('Runs')} summary={summary} className="tt-Runs">
      <Strip
        values={times}
        spread={of}
        label={trans.__(
          'Times of the untraced runs: %1',
          times.map(formatSeconds).join(', ')
        )}
      />
    </Disclosure>
  );
}
