import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { formatSeconds } from '../format';
import type { IMeasurement } from '../measurement';
import type { IEarlier } from '../records';
import { Disclosure } from './disclosure';
import { joinedFigures, verdictText } from './earlier-texts';
import { spread, type ISpread } from './spread';
import { hasMiddleHalf, Strip } from './strip';
import type { IMeasurementViewProps } from './view';

/** This run beside the earlier ones of the same cell text. */
export function Earlier(props: IMeasurementViewProps): JSX.Element | null {
  const { measurement, trans } = props;
  const { earlier } = measurement;
  if (earlier === null) {
    return null;
  }
  const figures = joinedFigures(earlier, trans);
  // A first run alone has nothing that the tiles do not say.
  const joined =
    earlier.untraced_wall_s !== null && earlier.traced_wall_s !== null;
  if (earlier.runs === 0 && !joined) {
    return null;
  }
  return (
    <Disclosure
      title={trans.__('Earlier runs')}
      summary={summary(measurement, earlier, trans)}
      className="tt-Earlier"
    >
      <Points measurement={measurement} earlier={earlier} trans={trans} />
      {joined && (
        <dl className="tt-Figures">
          {figures.map(figure => (
            <div key={figure.name}>
              <dt>{figure.name}</dt>
              <dd>{figure.value}</dd>
            </div>
          ))}
        </dl>
      )}
    </Disclosure>
  );
}

function summary(
  m: IMeasurement,
  earlier: IEarlier,
  trans: TranslationBundle
): string {
  const words = verdictText(m, earlier, trans);
  return earlier.runs === 0
    ? words
    : trans.__('%1 of the same kind, %2', earlier.runs, words);
}

function Points(props: {
  measurement: IMeasurement;
  earlier: IEarlier;
  trans: TranslationBundle;
}): JSX.Element | null {
  const { measurement, earlier, trans } = props;
  const of = spreadOf(earlier);
  if (of === null || earlier.wall_s.length === 0) {
    return null;
  }
  return (
    <>
      <Strip
        values={earlier.wall_s}
        spread={of}
        marked={measurement.wall_s}
        label={trans.__(
          'Earlier times: %1. This run: %2.',
          earlier.wall_s.map(formatSeconds).join(', '),
          formatSeconds(measurement.wall_s)
        )}
      />
      <p className="tt-Strip-legend">
        <span className="tt-Strip-key" data-series="marked">
          {trans.__('this run')}
        </span>
        <span className="tt-Strip-key" data-series="values">
          {trans.__('earlier runs')}
        </span>
        <span
          className="tt-Strip-key"
          data-series={hasMiddleHalf(earlier.wall_s) ? 'box' : 'median'}
        >
          {hasMiddleHalf(earlier.wall_s)
            ? trans.__('median and the middle half')
            : trans.__('median')}
        </span>
      </p>
    </>
  );
}

/** The kernel's quartiles are of all runs that it knows, the list only of the last ones. */
function spreadOf(earlier: IEarlier): ISpread | null {
  const { low_wall_s: low, median_wall_s: median, high_wall_s: high } = earlier;
  return low === null || median === null || high === null
    ? spread(earlier.wall_s)
    : { low, median, high };
}
