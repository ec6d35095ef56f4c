/** The result of a sweep over sizes: docs/complexity-format.md has the meaning and the units. Unknown is null, never 0. */

export const MIME_TYPE = 'application/vnd.tinytorch.complexity+json';

/** The newest format that this front end can read. */
export const FORMAT_VERSION = 1;

export const STATES = ['running', 'done', 'error', 'interrupted'] as const;
export const VERDICTS = ['agrees', 'open', 'differs'] as const;

export type SweepState = (typeof STATES)[number];
export type Verdict = (typeof VERDICTS)[number];
export type Interval = [number, number];

/** What grows. Costs are seconds or bytes. */
export const RESOURCES = ['time', 'memory'] as const;
export type Resource = (typeof RESOURCES)[number];

export interface IPoint {
  /** By name of the size. */
  sizes: Record<string, number>;
  time_s: number | null;
  low_s: number | null;
  high_s: number | null;
  runs: number;
  peak_bytes: number | null;
}

/** Cost along the size `name`; lists of equal length, from small to large. */
export interface ICurve {
  name: string;
  sizes: number[];
  values: number[];
  /** The band; empty where there is none. */
  low: number[];
  high: number[];
  /** Where the other sizes stand. */
  others: Record<string, number>;
}

export interface IKnee {
  name: string;
  at: number;
  kind: string;
  text: string;
}

/** The one figure that decides between the best class and the next one. */
export interface IDeciding {
  start: number;
  end: number;
  factor: number;
  expected: Record<string, number>;
  text: string;
}

export interface IGrowth {
  /** A class in `n`, whatever the size is called, or with several sizes a product of their powers. */
  best: string;
  decided: boolean;
  candidates: string[];
  /** 0..1 */
  confidence: number;
  exponent: number | null;
  interval: Interval | null;
  exponents: Record<string, number>;
  intervals: Record<string, Interval>;
  formula: string;
  base: number | null;
  doubling: Record<string, number>;
  doubled: Record<string, number>;
  noise: number;
  deciding: IDeciding | null;
  knees: IKnee[];
  curves: ICurve[];
  sentences: string[];
}

/** What `--predict` said. */
export interface IGivenPrediction {
  text: string;
  formula: string;
  verdict: Verdict | null;
  sentence: string;
  curves: ICurve[];
}

export interface IStop {
  reason: string;
  text: string;
}

export interface IProgress {
  spent_s: number;
  budget_s: number;
  doing: string;
}

export interface IComplexity {
  state: SweepState;
  names: string[];
  /** What was asked for. */
  measures: Resource[];
  points: IPoint[];
  time: IGrowth | null;
  memory: IGrowth | null;
  clock: string;
  prediction: IGivenPrediction | null;
  ask: boolean;
  stopped: IStop | null;
  progress: IProgress;
  notes: string[];
  started: string;
}

/** The measured cost of a point. */
export function costOf(point: IPoint, resource: Resource): number | null {
  return resource === 'time' ? point.time_s : point.peak_bytes;
}

/** The largest value of a size at which this cost was measured; memory is often measured at fewer sizes than time. */
export function largestMeasured(
  result: IComplexity,
  name: string,
  resource: Resource
): number {
  const measured = result.points.filter(
    point => costOf(point, resource) !== null
  );
  return Math.max(...measured.map(point => point.sizes[name] ?? 0));
}

/** Whether there is an answer that a prediction could be compared with. */
export function hasAnswer(result: IComplexity): boolean {
  return result.time !== null || result.memory !== null;
}
