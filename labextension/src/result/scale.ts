/** Geometry of the charts, pure and without units of the screen beyond those it is given. */

export interface ITick {
  value: number;
  label: string;
}

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** About `count` round ticks that cover 0..max seconds: 0, 0.5 s, 1.0 s ... */
export function timeTicks(max: number, count: number): ITick[] {
  const [unit, name] = secondUnit(max);
  const step = decimalStep(max / unit, count);
  return multiples(0, max / unit, step).map(value => ({
    value: value * unit,
    label: value === 0 ? '0' : `${value.toFixed(decimals(step))} ${name}`
  }));
}

/** About `count` round ticks between `low` and `high` seconds, in the unit that fits `high`. */
export function secondTicks(low: number, high: number, count: number): ITick[] {
  const [unit, name] = secondUnit(high);
  const step = decimalStep((high - low) / unit, count);
  const first = Math.ceil(low / unit / step - 1e-9) * step;
  return multiples(first, high / unit, step).map(value => ({
    value: value * unit,
    label: `${value.toFixed(decimals(step))} ${name}`
  }));
}

/** The powers of ten from below `low` to above `high`, the ends of a logarithmic axis. */
export function powersOfTen(low: number, high: number): number[] {
  const first = Math.floor(Math.log10(low) + 1e-9);
  const last = Math.max(Math.ceil(Math.log10(high) - 1e-9), first + 1);
  return Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i));
}

/**
 * Round binary ticks that reach from below `min` to above `max` bytes: 0, 8 MiB, 16 MiB, 24 MiB. The first and
 * the last tick are the ends of the axis.
 */
export function byteTicks(min: number, max: number, count: number): ITick[] {
  const step = binaryStep(Math.max(max - min, 1), count);
  const first = Math.floor(min / step) * step;
  const last = Math.max(Math.ceil(max / step) * step, first + step);
  const unit = Math.min(
    BYTE_UNITS.length - 1,
    Math.max(0, Math.floor(Math.log2(step) / 10))
  );
  return multiples(first, last, step).map(value => ({
    value,
    label: value === 0 ? '0' : `${value / 1024 ** unit} ${BYTE_UNITS[unit]}`
  }));
}

/** A straight map from values to pixels. */
export function linear(
  [from, to]: [number, number],
  [start, end]: [number, number]
): (value: number) => number {
  const factor = to === from ? 0 : (end - start) / (to - from);
  return value => start + (value - from) * factor;
}

/** The same on a logarithmic axis; values are above 0. */
export function logarithmic(
  [from, to]: [number, number],
  pixels: [number, number]
): (value: number) => number {
  const straight = linear([Math.log10(from), Math.log10(to)], pixels);
  return value => straight(Math.log10(value));
}

/** SVG path through the points; a null breaks the line, since nothing was measured there. */
export function linePath(xs: number[], ys: (number | null)[]): string {
  let path = '';
  let pen = 'M';
  ys.forEach((y, index) => {
    const x = xs[index];
    if (y === null || x === undefined) {
      pen = 'M';
      return;
    }
    path += `${pen}${round(x)} ${round(y)}`;
    pen = 'L';
  });
  return path;
}

/** Index of the entry of the ascending list that is nearest to the value; -1 for an empty list. */
export function nearest(ascending: number[], value: number): number {
  let best = -1;
  let distance = Infinity;
  ascending.forEach((entry, index) => {
    if (Math.abs(entry - value) < distance) {
      distance = Math.abs(entry - value);
      best = index;
    }
  });
  return best;
}

function secondUnit(most: number): [number, string] {
  return most >= 1 ? [1, 's'] : most >= 1e-3 ? [1e-3, 'ms'] : [1e-6, 'µs'];
}

/** Digits after the point that tell multiples of `step` apart. */
function decimals(step: number): number {
  return Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
}

function decimalStep(span: number, count: number): number {
  const raw = span / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const factor = [1, 2, 5].find(f => f * power >= raw * (1 - 1e-9)) ?? 10;
  return factor * power;
}

function binaryStep(span: number, count: number): number {
  return 2 ** Math.max(0, Math.ceil(Math.log2(span / count)));
}

function multiples(first: number, last: number, step: number): number[] {
  const length = Math.floor((last - first) / step + 1e-9) + 1;
  return Array.from({ length }, (_, index) => first + index * step);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
