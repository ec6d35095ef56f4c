/** Reading a sweep, and classes of growth. */

import { expect, test } from 'vitest';

import {
  growthFactor,
  inTermsOf,
  powerClass,
  powerOf,
  productExponents,
  productOf
} from '../../labextension/src/complexity/classes';
import { readComplexity } from '../../labextension/src/complexity/read';
import { complexity, curve, growth, point } from './complexity-samples';

test('a whole sweep is read, and fields of later releases are ignored', () => {
  const reading = readComplexity(complexity({ later: [1] }));
  expect(reading.kind).toBe('complexity');
  expect(reading).toMatchObject({
    complexity: { names: ['n'], time: { interval: [1.95, 2.02] } }
  });
});

test.each([
  ['names', { names: [] }],
  ['state', { state: 'finished' }],
  ['points.sizes', { points: [point(64, { sizes: { m: 1 } })] }],
  ['points[0].time_s', { points: [point(64, { time_s: 'fast' })] }],
  ['time.best', { time: growth({ best: 7 }) }],
  ['interval', { time: growth({ interval: [1] }) }],
  ['curves', { time: growth({ curves: [curve(n => n, { low: [1] })] }) }],
  ['doubled', { time: growth({ doubled: { n: '4 s' } }) }],
  ['progress', { progress: null }],
  ['ask', { ask: 'yes' }]
])('a damaged field is named: %s', (field, changes) => {
  expect(readComplexity(complexity(changes))).toEqual({
    kind: 'malformed',
    field
  });
});

test('a newer version is said, and what is no version is damaged', () => {
  expect(readComplexity({ version: 2 })).toEqual({ kind: 'newer', version: 2 });
  expect(readComplexity({ version: 0 }).kind).toBe('malformed');
  expect(readComplexity([]).kind).toBe('malformed');
});

test.each([
  ['1', 8, 64, 1],
  ['log n', 8, 64, 2],
  ['sqrt n', 16, 64, 2],
  ['n', 8, 64, 8],
  ['n log n', 8, 64, 16],
  ['n^2', 8, 64, 64],
  ['n^2 log n', 8, 64, 128],
  ['n^3', 8, 64, 512],
  ['n^1.5', 16, 64, 8],
  ['2^n', 8, 11, 8]
])('%s grows from %i to %i by %d', (name, start, end, factor) => {
  expect(growthFactor(name, start, end)).toBeCloseTo(factor, 9);
});

test('the base of 2^n is the fitted one, and an unknown class has no factor', () => {
  expect(growthFactor('2^n', 8, 10, 1.5)).toBeCloseTo(2.25, 12);
  expect(growthFactor('n!', 8, 10)).toBeNull();
  expect(growthFactor('n log n', 1, 10)).toBeNull();
});

test('powers have their usual names', () => {
  expect([0, 0.5, 1, 1.6, 2].map(powerClass)).toEqual([
    '1',
    'sqrt n',
    'n',
    'n^1.6',
    'n^2'
  ]);
  expect(['1', 'sqrt n', 'n', 'n^1.6', 'n log n'].map(powerOf)).toEqual([
    0,
    0.5,
    1,
    1.6,
    null
  ]);
});

test('products of powers are read and written', () => {
  const names = ['batch', 'd'];
  expect(productExponents('batch * d^2', names)).toEqual({ batch: 1, d: 2 });
  expect(productExponents('batch^1.0 * d^2.0', names)).toEqual({
    batch: 1,
    d: 2
  });
  expect(productExponents('d', names)).toEqual({ batch: 0, d: 1 });
  expect(productExponents('1', names)).toEqual({ batch: 0, d: 0 });
  expect(productExponents('batch * heads', names)).toBeNull();
  expect(productOf({ batch: 1, d: 2 })).toBe('batch * d^2');
  expect(productOf({ batch: 0, d: 0 })).toBe('1');
});

test('a class reads in the name of its size', () => {
  expect(inTermsOf('n^2 log n', ['T'])).toBe('T^2 log T');
  expect(inTermsOf('1.2 ns * n', ['T'])).toBe('1.2 ns * T');
  expect(inTermsOf('n * m', ['n', 'm'])).toBe('n * m');
});
