/** Geometry of the plot and of the slider. */

import { expect, test } from 'vitest';

import {
  costAt,
  sizeSteps
} from '../../labextension/src/complexity/extrapolate';
import {
  costTicks,
  sizeTicks
} from '../../labextension/src/complexity/log-ticks';
import {
  measuredPart,
  partBeyond,
  plotData,
  pointsAlong,
  predictedLine
} from '../../labextension/src/complexity/plot-data';
import { complexity, curve, point, twoSizes } from './complexity-samples';

test('the slider stands on exact doublings and reaches as far as the curve', () => {
  const steps = sizeSteps(curve(n => n) as never, 1024);
  expect(steps).not.toBeNull();
  expect([steps?.first, steps?.last]).toEqual([-32, 24]);
  expect([-32, -8, 0, 8, 24].map(step => steps?.size(step))).toEqual([
    64, 512, 1024, 2048, 8192
  ]);
  expect(sizeSteps(curve(n => n) as never, 8192)).toBeNull();
});

test('between its points a curve is read as a power law', () => {
  const square = curve(n => n ** 2) as never;
  expect(costAt(square, 1024)?.value).toBe(1024 ** 2);
  expect(costAt(square, 1448)?.value).toBeCloseTo(1448 ** 2, 3);
  expect(costAt(square, 1448)?.high).toBeCloseTo(1.25 * 1448 ** 2, 3);
  expect(costAt(square, 32)).toBeNull();
  expect(costAt(square, 10_000)).toBeNull();
});

test('the plot holds points, fit and axes; what a log axis cannot show is left out', () => {
  const sweep = complexity({
    points: [...complexity().points, point(2048, { time_s: 0 })]
  });
  const data = plotData(sweep, 'n', 'time', null, null);
  expect(data?.points.map(each => each.size)).toEqual([
    64, 128, 256, 512, 1024
  ]);
  expect(data?.largest).toBe(1024);
  expect(data?.sizes).toEqual([64 / 1.25, 1024 * 1.25]);
  expect(data?.fit?.sizes).toEqual([64, 128, 256, 512, 1024]);
  expect(plotData(sweep, 'n', 'time', null, 4096)?.fit?.sizes).toContain(4096);
});

test('a flat cost stays flat: the axis spans a factor of 16', () => {
  const flat = complexity({
    points: [point(64, { peak_bytes: 4096 }), point(128, { peak_bytes: 4096 })],
    memory: null
  });
  const [low, high] = plotData(flat, 'n', 'memory', null, null)?.costs ?? [
    1, 1
  ];
  expect(high / low).toBeCloseTo(16, 9);
  expect(Math.sqrt(high * low)).toBeCloseTo(4096, 6);
});

test('the line is drawn apart where nothing was measured', () => {
  const line = { sizes: [1, 2, 4, 8], values: [1, 2, 4, 8] };
  expect(measuredPart(line, 3).sizes).toEqual([1, 2]);
  expect(partBeyond(line, 3).sizes).toEqual([2, 4, 8]);
});

test('the predicted line goes through the largest point', () => {
  const line = predictedLine('n', complexity(), 'n', 'memory');
  const at = (size: number) => line?.values[line.sizes.indexOf(size)];
  expect(at(1024)).toBe(8 * 1024 ** 2);
  expect(at(512)).toBe(4 * 1024 ** 2);
});

test('points of several sizes lie on the curve whose other sizes they share', () => {
  const sizes = (name: string) =>
    pointsAlong(twoSizes(), name, 'time').map(each => each.size);
  expect(sizes('batch')).toEqual([128]);
  expect(sizes('d')).toEqual([16, 64, 128]);
  const line = predictedLine('batch * d^2', twoSizes(), 'd', 'time');
  expect(line?.values[1]).toBeCloseTo(1e-9 * 128 ** 3, 12);
});

test('marks are powers of two for sizes and bytes, of ten for seconds', () => {
  const labels = (ticks: { label: string }[]) => ticks.map(tick => tick.label);
  expect(labels(sizeTicks([51, 10_240], 5))).toEqual(
    ['128', '512', '2 048', '8 192'].map(text => text.replace(' ', '\u202f'))
  );
  expect(labels(sizeTicks([10, 26], 6))).toEqual(['10', '15', '20', '25']);
  expect(labels(costTicks([2e-6, 3], 4, 'time'))).toEqual([
    '100 µs',
    '10 ms',
    '1 s'
  ]);
  expect(labels(costTicks([8e-7, 3e-5], 6, 'time'))).toEqual([
    '1 µs',
    '2 µs',
    '5 µs',
    '10 µs',
    '20 µs'
  ]);
  expect(labels(costTicks([900, 5e6], 5, 'memory'))).toEqual([
    '1 KiB',
    '8 KiB',
    '64 KiB',
    '512 KiB',
    '4 MiB'
  ]);
});
