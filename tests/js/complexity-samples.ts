/** Sweeps whose answers are known by arithmetic: 1 ms + 2^-20 s * n^2, and 8 bytes * n^2. */

import type { IPrediction } from '../../labextension/src/complexity/prediction';
import type { IComplexity } from '../../labextension/src/complexity/result';

const SIZES = [64, 128, 256, 512, 1024];

function seconds(n: number): number {
  return 1e-3 + n ** 2 / 2 ** 20;
}

function bytes(n: number): number {
  return 8 * n ** 2;
}

export function point(n: number, changes: object = {}): object {
  return {
    sizes: { n },
    time_s: seconds(n),
    low_s: 0.9 * seconds(n),
    high_s: 1.2 * seconds(n),
    runs: 7,
    peak_bytes: bytes(n),
    ...changes
  };
}

/** From the smallest measured size to eight times the largest, one entry a doubling. */
export function curve(
  cost: (n: number) => number,
  changes: object = {}
): object {
  const sizes = [...SIZES, 2048, 4096, 8192];
  return {
    name: 'n',
    sizes,
    values: sizes.map(cost),
    low: sizes.map(n => 0.8 * cost(n)),
    high: sizes.map(n => 1.25 * cost(n)),
    others: {},
    ...changes
  };
}

export function growth(changes: object = {}): object {
  return {
    best: 'n^2',
    decided: true,
    candidates: ['n^2'],
    confidence: 0.97,
    exponent: 1.98,
    interval: [1.95, 2.02],
    exponents: { n: 1.98 },
    intervals: { n: [1.95, 2.02] },
    formula: '1.0 ms + 0.95 µs * n^2',
    terms: [
      { factor: '1', coefficient: 1e-3 },
      { factor: 'n^2', coefficient: 2 ** -20 }
    ],
    base: null,
    doubling: { n: 4 },
    doubled: { n: 4.0 },
    noise: 0.02,
    weights: { 'n^2': 1 },
    deciding: {
      start: 128,
      end: 1024,
      factor: 63.8,
      expected: { 'n^2': 64, 'n^2 log n': 91.4 },
      text: 'From n = 128 to 1024 the time grew 63.8 times: n^2 gives 64, n^2 log n 91.4.'
    },
    knees: [],
    curves: [curve(seconds)],
    sentences: ['Time grows like n^2.'],
    ...changes
  };
}

export function memoryGrowth(changes: object = {}): object {
  return growth({
    formula: '8.0 B * n^2',
    doubled: { n: bytes(2048) },
    deciding: null,
    curves: [curve(bytes)],
    sentences: ['Memory grows like n^2.'],
    ...changes
  });
}

/** A finished sweep in one size, quadratic in time and memory, with every field of docs/complexity-format.md. */
export function complexity(changes: object = {}): IComplexity {
  return {
    version: 1,
    state: 'done',
    names: ['n'],
    measures: ['time', 'memory'],
    points: SIZES.map(n => point(n)),
    time: growth(),
    memory: memoryGrowth(),
    clock: 'cpu',
    prediction: null,
    ask: true,
    stopped: {
      reason: 'budget',
      text: 'The budget is used up.',
      sizes: { n: 2048 }
    },
    progress: { spent_s: 2.5, budget_s: 3, doing: '' },
    notes: ['Times are CPU time.'],
    started: '2026-11-22T09:00:00+00:00',
    ...changes
  } as unknown as IComplexity;
}

/** The same sweep after three sizes. */
export function running(changes: object = {}): IComplexity {
  return complexity({
    state: 'running',
    points: SIZES.slice(0, 3).map(n => point(n)),
    time: null,
    memory: null,
    stopped: null,
    progress: { spent_s: 1.2, budget_s: 3, doing: 'n = 512: time' },
    notes: [],
    ...changes
  });
}

/** A sweep over batch and d whose time is 1 ns * batch * d^2. */
export function twoSizes(changes: object = {}): IComplexity {
  const pairs = [
    [64, 16],
    [128, 16],
    [16, 64],
    [128, 64],
    [128, 128]
  ];
  const along = (name: string, others: object) => ({
    name,
    sizes: [16, 128, 1024],
    values: [1, 2, 3],
    low: [],
    high: [],
    others
  });
  return complexity({
    names: ['batch', 'd'],
    points: pairs.map(([batch = 0, d = 0]) =>
      point(0, { sizes: { batch, d }, time_s: 1e-9 * batch * d ** 2 })
    ),
    time: growth({
      best: 'batch * d^2',
      candidates: ['batch * d^2'],
      exponent: null,
      interval: null,
      exponents: { batch: 1.01, d: 1.99 },
      intervals: { batch: [0.97, 1.04], d: [1.96, 2.03] },
      doubling: { batch: 2, d: 4 },
      doubled: { batch: 4e-3, d: 8e-3 },
      deciding: null,
      curves: [along('batch', { d: 128 }), along('d', { batch: 128 })]
    }),
    memory: null,
    ...changes
  });
}

/** Somebody said n^2 for the time. */
export function prediction(changes: object = {}): IPrediction {
  return {
    time: 'n^2',
    memory: null,
    skipped: false,
    at: '',
    source: 'abc',
    started: '',
    ...changes
  };
}
