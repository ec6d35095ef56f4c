import { expect, test } from 'vitest';

import {
  byteTicks,
  linear,
  linePath,
  logarithmic,
  nearest,
  powersOfTen,
  secondTicks,
  timeTicks
} from '../../labextension/src/result/scale';
import { spread } from '../../labextension/src/result/spread';

const MIB = 2 ** 20;
const labels = (ticks: { label: string }[]) => ticks.map(tick => tick.label);

test('time ticks are round and carry their unit', () => {
  expect(labels(timeTicks(2, 4))).toEqual([
    '0',
    '0.5 s',
    '1.0 s',
    '1.5 s',
    '2.0 s'
  ]);
  expect(labels(timeTicks(0.003, 3))).toEqual(['0', '1 ms', '2 ms', '3 ms']);
  expect(labels(timeTicks(90, 3))).toEqual(['0', '50 s']);
});

test('byte ticks are powers of two and enclose the data', () => {
  const ticks = byteTicks(-1 * MIB, 25 * MIB, 4);
  expect(labels(ticks)).toEqual([
    '-8 MiB',
    '0',
    '8 MiB',
    '16 MiB',
    '24 MiB',
    '32 MiB'
  ]);
  expect(labels(byteTicks(0, 0, 4))).toEqual(['0', '1 B']);
});

test('a linear scale maps ends to ends, and a point to its start', () => {
  const scale = linear([0, 10], [100, 0]);
  expect([scale(0), scale(5), scale(10)]).toEqual([100, 50, 0]);
  expect(linear([3, 3], [7, 9])(3)).toBe(7);
});

test('a line is broken where nothing was measured', () => {
  expect(linePath([0, 1, 2, 3], [5, 6, null, 7])).toBe('M0 5L1 6M3 7');
  expect(linePath([], [])).toBe('');
});

test('nearest finds the sample beside the pointer', () => {
  expect(nearest([0, 1, 4], 2)).toBe(1);
  expect(nearest([0, 1, 4], 99)).toBe(2);
  expect(nearest([], 1)).toBe(-1);
});

test('ticks between two times start above the lower one, in one unit', () => {
  expect(secondTicks(0.397, 0.525, 4).map(tick => tick.label)).toEqual([
    '400 ms',
    '450 ms',
    '500 ms'
  ]);
  expect(secondTicks(1.1, 1.3, 4).map(tick => tick.label)).toEqual([
    '1.10 s',
    '1.15 s',
    '1.20 s',
    '1.25 s',
    '1.30 s'
  ]);
});

test('powers of ten enclose the values', () => {
  expect(powersOfTen(0.2, 30)).toEqual([0.1, 1, 10, 100]);
  expect(powersOfTen(10, 10)).toEqual([10, 100]);
});

test('a logarithmic scale gives every factor the same room', () => {
  const scale = logarithmic([1, 100], [0, 200]);
  expect([1, 10, 100].map(scale)).toEqual([0, 100, 200]);
});

test('quartiles are those of NumPy', () => {
  expect(spread([4, 1, 3, 2])).toEqual({ low: 1.75, median: 2.5, high: 3.25 });
  expect(spread([7])).toEqual({ low: 7, median: 7, high: 7 });
  expect(spread([])).toBeNull();
});
