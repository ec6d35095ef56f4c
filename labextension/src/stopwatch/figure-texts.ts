/** The small figure in the toolbar of a measured cell. Pure. */

import type { TranslationBundle } from '@jupyterlab/translation';

import { formatBytes, formatSeconds } from '../format';
import type { IMeasurement } from '../measurement';

export interface IFigure {
  /** "1.23 s · 24.0 MiB" */
  text: string;
  /** The same in words, for screen readers and as a tooltip. */
  words: string;
}

/** The clean time if one is known, else the time of this run, marked if it was traced; with the peak, if known. */
export function figureOf(m: IMeasurement, trans: TranslationBundle): IFigure {
  const clean = m.earlier?.untraced_wall_s ?? null;
  const traced = m.traced && clean === null;
  const wall = formatSeconds(m.traced ? (clean ?? m.wall_s) : m.wall_s);
  const bytes = m.peak_bytes ?? m.earlier?.peak_bytes ?? null;
  const peak = bytes === null ? null : formatBytes(bytes);
  const time = traced ? trans.__('%1 traced', wall) : wall;
  const words = [
    stateWords(m, trans),
    traced
      ? trans.__('wall time %1, with tracing', wall)
      : trans.__('wall time %1', wall),
    ...(peak === null ? [] : [trans.__('peak memory %1', peak)])
  ];
  return {
    text: peak === null ? time : `${time} · ${peak}`,
    words: words.join(', ')
  };
}

function stateWords(m: IMeasurement, trans: TranslationBundle): string {
  const words: Record<IMeasurement['state'], string> = {
    running: trans.__('Measuring'),
    done: trans.__('Measured'),
    error: trans.__('Measured until the error'),
    interrupted: trans.__('Measured until the interrupt')
  };
  return words[m.state];
}
