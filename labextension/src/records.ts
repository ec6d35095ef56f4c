/** The parts of a measurement: docs/measurement-format.md has their meaning and units. Unknown is null, never 0. */

export const PHASES = ['forward', 'backward'] as const;
export const KINDS = ['Python', 'NumPy'] as const;
export const VERDICTS = [
  'first',
  'too few',
  'same',
  'faster',
  'slower'
] as const;

export type Phase = (typeof PHASES)[number];
export type AllocationKind = (typeof KINDS)[number];
export type Verdict = (typeof VERDICTS)[number];

/** One top-level statement of the cell. */
export interface IStatement {
  line: number;
  end_line: number;
  source: string;
  wall_s: number;
  cpu_s: number;
  peak_bytes: number | null;
  net_bytes: number | null;
  done: boolean;
}

/** Equal-length lists, one entry a sample. */
export interface ITimeline {
  t_s: number[];
  rss_bytes: (number | null)[];
  traced_bytes: (number | null)[];
  longest_gap_s: number;
}

export interface IMeasurementError {
  type: string;
  message: string;
  line: number | null;
}

/** One of several runs of the same cell. */
export interface IRun {
  wall_s: number;
  cpu_s: number;
  traced: boolean;
}

/** The lines of the cell, or of a function that is defined in the notebook. */
export interface ILineProfile {
  name: string;
  in_cell: boolean;
  lines: ILine[];
}

export interface ILine {
  line: number;
  source: string;
  hits: number;
  wall_s: number;
}

/** A place in the code that allocated memory which the cell still holds at its end. */
export interface ISite {
  file: string;
  line: number;
  source: string;
  cell_line: number | null;
  kind: AllocationKind;
  size_bytes: number;
  blocks: number;
}

/** All calls of one operation of tinytorch, in one phase and one layer. */
export interface IOp {
  name: string;
  phase: Phase;
  layer: string | null;
  calls: number;
  wall_s: number;
  flops: number | null;
  moved_bytes: number | null;
}

/** One module of the model, with the modules inside it. */
export interface ILayer {
  path: string;
  type: string;
  phase: Phase;
  calls: number;
  wall_s: number;
  flops: number | null;
  moved_bytes: number | null;
  parameters: number;
}

/** Memory of tensors by role. */
export interface ITensorMemory {
  peak_live_bytes: number | null;
  parameters_bytes: number | null;
  gradients_bytes: number | null;
  optimizer_bytes: number | null;
  activations_bytes: number | null;
}

/** What this machine can do at most. */
export interface IRoofline {
  flops_per_s: number;
  bytes_per_s: number;
  blas: string;
  measured: string;
}

/** This run beside the earlier ones of the same cell text. */
export interface IEarlier {
  runs: number;
  wall_s: number[];
  median_wall_s: number | null;
  low_wall_s: number | null;
  high_wall_s: number | null;
  verdict: Verdict;
  untraced_wall_s: number | null;
  traced_wall_s: number | null;
  peak_bytes: number | null;
  net_bytes: number | null;
  tracing_factor: number | null;
}

/** A sentence that follows from the figures. */
export interface IInsight {
  rule: string;
  text: string;
  figures: Record<string, number | string>;
}
