import { expect, test } from 'vitest';

import {
  byteTicks,
  linear,
  linePath,
  nearest,
  timeTicks
} from '../../labextension/src/result/scale';

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
