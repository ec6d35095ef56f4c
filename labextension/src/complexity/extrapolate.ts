/** Reading the fitted curves between and beyond the measured sizes. Pure. */

import type { ICurve } from './result';

export interface ICost {
  value: number;
  low: number | null;
  high: number | null;
}

/** Steps of the slider in one doubling of the size. */
const STEPS = 8;

/** The sizes that a slider can stand on. */
export interface ISteps {
  first: number;
  last: number;
  /** Size at a step; step 0 is the largest measured size, and every `STEPS` steps double it. */
  size: (step: number) => number;
}

/** Steps over the whole curve; null if it does not reach beyond the largest measured size. */
export function sizeSteps(curve: ICurve, largest: number): ISteps | null {
  const smallest = curve.sizes[0] ?? largest;
  const farthest = curve.sizes[curve.sizes.length - 1] ?? largest;
  const steps = (size: number) => STEPS * Math.log2(size / largest);
  const first = Math.ceil(steps(smallest) - 1e-6);
  const last = Math.floor(steps(farthest) + 1e-6);
  if (!(last > 0) || !Number.isFinite(first)) {
    return null;
  }
  return { first, last, size: step => sizeAt(step, largest) };
}

/** A doubling is exact; between them, sizes are as round as they are apart. */
function sizeAt(step: number, largest: number): number {
  const exact = largest * 2 ** (step / STEPS);
  return step % STEPS === 0 || exact < 100
    ? Math.round(exact)
    : Number(exact.toPrecision(2));
}

/** Cost by the fit at a size, straight in logarithms between the points of the curve; null outside of it. */
export function costAt(curve: ICurve, size: number): ICost | null {
  const value = between(curve.sizes, curve.values, size);
  return value === null
    ? null
    : {
        value,
        low: between(curve.sizes, curve.low, size),
        high: between(curve.sizes, curve.high, size)
      };
}

function between(xs: number[], ys: number[], x: number): number | null {
  const after = xs.findIndex(each => each >= x);
  const x1 = xs[after];
  const y1 = ys[after];
  if (x1 === undefined || y1 === undefined) {
    return null;
  }
  const x0 = xs[after - 1];
  const y0 = ys[after - 1];
  if (x1 === x) {
    return y1;
  }
  if (x0 === undefined || y0 === undefined) {
    return null;
  }
  // Without a logarithm (a cost of 0), straight in the numbers themselves.
  const part = Math.log(x / x0) / Math.log(x1 / x0);
  return y0 > 0 && y1 > 0
    ? Math.exp(Math.log(y0) + part * Math.log(y1 / y0))
    : y0 + part * (y1 - y0);
}
