/** What the comparison with earlier runs says. Pure. */

import type { TranslationBundle } from '@jupyterlab/translation';

import {
  formatBytes,
  formatBytesChange,
  formatSeconds,
  threeDigits
} from '../format';
import type { IMeasurement } from '../measurement';
import type { IEarlier } from '../records';

/** One line: where this run stands. No verdict inside the noise, and none from too few runs. */
export function verdictText(
  m: IMeasurement,
  earlier: IEarlier,
  trans: TranslationBundle
): string {
  const { median_wall_s: median, verdict } = earlier;
  if (verdict === 'first' || median === null) {
    return trans.__('the first one of this kind');
  }
  const usual = formatSeconds(median);
  if (verdict === 'too few') {
    return trans.__('median %1: too few runs to compare', usual);
  }
  if (verdict === 'same') {
    return trans.__('median %1: no difference beyond the noise', usual);
  }
  const factor = verdict === 'faster' ? median / m.wall_s : m.wall_s / median;
  return verdict === 'faster'
    ? trans.__(
        'faster than the median %1, by a factor of %2',
        usual,
        threeDigits(factor)
      )
    : trans.__(
        'slower than the median %1, by a factor of %2',
        usual,
        threeDigits(factor)
      );
}

export interface IJoinedFigure {
  name: string;
  value: string;
}

/** Figures that no single run has: the time of untraced runs beside the memory of traced ones. */
export function joinedFigures(
  earlier: IEarlier,
  trans: TranslationBundle
): IJoinedFigure[] {
  const rows: [string, number | null, (value: number) => string][] = [
    [trans.__('Clean time, untraced'), earlier.untraced_wall_s, formatSeconds],
    [trans.__('Time with tracing'), earlier.traced_wall_s, formatSeconds],
    [
      trans.__('Tracing costs'),
      earlier.tracing_factor,
      value => `× ${threeDigits(value)}`
    ],
    [trans.__('Peak, traced'), earlier.peak_bytes, formatBytes],
    [trans.__('Kept, traced'), earlier.net_bytes, formatBytesChange]
  ];
  return rows.flatMap(([name, value, format]) =>
    value === null ? [] : [{ name, value: format(value) }]
  );
}
