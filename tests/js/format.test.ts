import { expect, test } from 'vitest';

import {
  coresUsed,
  formatBytes,
  formatBytesChange,
  formatCount,
  formatFlops,
  formatPercent,
  formatSeconds,
  share,
  threeDigits
} from '../../labextension/src/format';

test.each([
  [0, '0 B'],
  [512, '512 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [1536, '1.5 KiB'],
  [1024 ** 2 - 1, '1.0 MiB'],
  [24 * 1024 ** 2, '24.0 MiB'],
  [3.25 * 1024 ** 3, '3.3 GiB'],
  [5000 * 1024 ** 4, '5000.0 TiB'],
  [-2048, '-2.0 KiB']
])('%d bytes read %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test('a change of memory carries its sign, and none has no sign', () => {
  expect(formatBytesChange(4096)).toBe('+4.0 KiB');
  expect(formatBytesChange(-4096)).toBe('-4.0 KiB');
  expect(formatBytesChange(0)).toBe('0 B');
});

test.each([
  [0, '0 s'],
  [-1e-9, '0 s'],
  [8.5e-7, '850 ns'],
  [9.999e-7, '1.00 µs'],
  [1.234e-5, '12.3 µs'],
  [0.00456, '4.56 ms'],
  [0.0999, '99.9 ms'],
  [0.9996, '1.00 s'],
  [1, '1 s'],
  [1.2345, '1.23 s'],
  [12.34, '12.3 s'],
  [59.996, '1 min 00 s'],
  [125, '2 min 05 s']
])('%d seconds read %s', (seconds, text) => {
  expect(formatSeconds(seconds)).toBe(text);
});

test('cores used is CPU over wall, and unknown for a cell without duration', () => {
  expect(coresUsed(3, 1.5)).toBe(2);
  expect(coresUsed(0, 0)).toBeNull();
});

test('a bar is never longer than its place, and empty where a figure is unknown', () => {
  expect(share(1, 4)).toBe(0.25);
  expect(share(5, 4)).toBe(1);
  expect(share(-1, 4)).toBe(0);
  expect(share(null, 4)).toBe(0);
  expect(share(1, null)).toBe(0);
  expect(share(1, 0)).toBe(0);
});

test.each([
  [0, '0 %'],
  [0.0001, '< 0.1 %'],
  [0.004, '0.4 %'],
  [0.125, '13 %'],
  [1.88, '188 %']
])('a share of %d is "%s"', (part, text) => {
  expect(formatPercent(part)).toBe(text);
});

test.each([
  [7, '7'],
  [999, '999'],
  [1234567, '1\u202f234\u202f567']
])('%d things are "%s"', (count, text) => {
  expect(formatCount(count)).toBe(text);
});

test.each([
  [0, '0 FLOP'],
  [640, '640 FLOP'],
  [999_600, '1.00 MFLOP'],
  [2.1e6, '2.10 MFLOP'],
  [1.5e9, '1.50 GFLOP'],
  [4e16, '40000 TFLOP']
])('%d operations are "%s"', (flops, text) => {
  expect(formatFlops(flops)).toBe(text);
});

test('small numbers keep their digits', () => {
  expect(threeDigits(0.00416)).toBe('0.0042');
  expect(threeDigits(0.0996)).toBe('0.10');
});
