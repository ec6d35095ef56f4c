/** The roofline in words. Pure. */

import type { TranslationBundle } from '@jupyterlab/translation';

import { formatFlops, formatPercent, threeDigits } from '../format';
import type { IOpPoint, IPlacement } from './ops-data';

/** So far above what memory delivers, data must have come from the caches. */
const BEYOND = 1.25;

/** What limits an operation, and how near it comes to that limit. */
export function boundText(
  point: IPlacement | null,
  trans: TranslationBundle
): string {
  if (point === null) {
    return trans.__('unknown');
  }
  return trans.__(
    '%1 · %2',
    boundName(point, trans),
    formatPercent(point.reached)
  );
}

function boundName(point: IPlacement, trans: TranslationBundle): string {
  switch (point.bound) {
    case 'overhead':
      return trans.__('overhead-bound');
    case 'compute':
      return trans.__('compute-bound');
    default:
      return point.reached > BEYOND
        ? trans.__('memory-bound, from the caches')
        : trans.__('memory-bound');
  }
}

/** All about one point. */
export function pointText(point: IOpPoint, trans: TranslationBundle): string {
  return trans.__(
    '%1, %2: %3, %4 FLOP a byte; %5 of what this machine allows there',
    point.op.phase === 'backward'
      ? trans.__('%1 backward', point.op.name)
      : point.op.name,
    boundName(point, trans),
    `${formatFlops(point.rate)}/s`,
    threeDigits(point.intensity),
    formatPercent(point.reached)
  );
}
