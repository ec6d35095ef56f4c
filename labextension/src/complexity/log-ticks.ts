/** Round marks on logarithmic axes. Pure. */

import { formatCount } from '../format';
import type { ITick } from '../result/scale';
import type { Resource } from './result';

const SECONDS: [number, string][] = [
  [1e-9, 'ns'],
  [1e-6, 'µs'],
  [1e-3, 'ms'],
  [1, 's']
];
const BYTES = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** At most about `count` sizes: powers of two, or round numbers where the axis is too short for them. */
export function sizeTicks(
  [low, high]: [number, number],
  count: number
): ITick[] {
  const powers = thinned(powersBetween(low, high, 2), count);
  const values = powers.length >= 3 ? powers : roundBetween(low, high, count);
  return values.map(value => ({ value, label: formatCount(value) }));
}

/** At most about `count` costs: powers of ten seconds (on a short axis with 2 and 5 times them), powers of two bytes. */
export function costTicks(
  [low, high]: [number, number],
  count: number,
  resource: Resource
): ITick[] {
  const values =
    resource === 'time'
      ? thinned(decimalsBetween(low, high), count)
      : thinned(powersBetween(low, high, 2), count);
  return values.map(value => ({
    value,
    label: resource === 'time' ? secondsLabel(value) : bytesLabel(value)
  }));
}

function decimalsBetween(low: number, high: number): number[] {
  const powers = powersBetween(low, high, 10);
  return powers.length >= 3
    ? powers
    : powersBetween(low / 10, high, 10)
        .flatMap(power => [power, 2 * power, 5 * power])
        .filter(value => value >= low && value <= high);
}

function powersBetween(low: number, high: number, base: number): number[] {
  const first = Math.ceil(Math.log(low) / Math.log(base) - 1e-9);
  const last = Math.floor(Math.log(high) / Math.log(base) + 1e-9);
  return Array.from(
    { length: Math.max(0, last - first + 1) },
    (_, index) => base ** (first + index)
  );
}

/** Every second, third ... value, counted from the last one. */
function thinned(values: number[], count: number): number[] {
  const step = Math.max(1, Math.ceil(values.length / count));
  return values.filter((_, index) => (values.length - 1 - index) % step === 0);
}

function roundBetween(low: number, high: number, count: number): number[] {
  const power = 10 ** Math.floor(Math.log10((high - low) / count));
  const step =
    power *
    ([1, 2, 5].find(each => each * power >= (high - low) / count) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from(
    { length: last - first + 1 },
    (_, index) => (first + index) * step
  ).filter(value => value > 0);
}

function secondsLabel(seconds: number): string {
  const [unit, name] =
    [...SECONDS].reverse().find(([each]) => seconds >= each * (1 - 1e-9)) ??
    ([1e-9, 'ns'] as const);
  return `${Number((seconds / unit).toPrecision(3))} ${name}`;
}

function bytesLabel(bytes: number): string {
  const power = Math.floor(Math.log2(Math.max(bytes, 1)) / 10 + 1e-9);
  const unit = Math.min(BYTES.length - 1, power);
  return `${Number((bytes / 1024 ** unit).toPrecision(3))} ${BYTES[unit]}`;
}
