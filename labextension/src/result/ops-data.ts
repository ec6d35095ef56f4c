/** Operations, added up and set against the limits of the machine. Pure. */

import type { IOp, IRoofline, Phase } from '../records';

/** All calls of one operation in one phase, whatever the layer. */
export interface IOpTotal {
  name: string;
  phase: Phase;
  calls: number;
  wall_s: number;
  /** Null if any of its calls has no formula. */
  flops: number | null;
  moved_bytes: number | null;
}

/** So far below both limits, something else holds an operation up, calls mostly (FAR_BELOW in profiler/roofline.py). */
const FAR = 0.1;

export type Bound = 'compute' | 'memory' | 'overhead';

/** What limits an operation on this machine; also of one that only moves data, which has no place on the plot. */
export interface IPlacement {
  bound: Bound;
  /** The time that the machine needs at least, as a share of the time that it took. */
  reached: number;
}

/** An operation on the roofline plot. */
export interface IOpPoint extends IPlacement {
  op: IOpTotal;
  /** Floating-point operations a byte. */
  intensity: number;
  /** Floating-point operations a second. */
  rate: number;
}

/** Operations by name and phase, costliest first. */
export function opTotals(ops: IOp[]): IOpTotal[] {
  const totals = new Map<string, IOpTotal>();
  for (const op of ops) {
    const key = `${op.phase} ${op.name}`;
    const before = totals.get(key);
    totals.set(key, before === undefined ? totalOf(op) : add(before, op));
  }
  return [...totals.values()].sort((a, b) => b.wall_s - a.wall_s);
}

/** The most that the machine does at this intensity. */
export function roof(intensity: number, roofline: IRoofline): number {
  return Math.min(roofline.flops_per_s, intensity * roofline.bytes_per_s);
}

/** Intensity where the slope meets the flat roof: below it, memory limits. */
export function ridge(roofline: IRoofline): number {
  return roofline.flops_per_s / roofline.bytes_per_s;
}

/** As `placement` in profiler/roofline.py. Null where flops, bytes or time are unknown. */
export function placement(
  op: IOpTotal,
  roofline: IRoofline
): IPlacement | null {
  const { flops, moved_bytes: bytes, wall_s } = op;
  if (flops === null || bytes === null || wall_s <= 0 || !isUsable(roofline)) {
    return null;
  }
  const compute = flops / roofline.flops_per_s;
  const memory = bytes / roofline.bytes_per_s;
  const reached = Math.max(compute, memory) / wall_s;
  const limit = compute > memory ? 'compute' : 'memory';
  return { bound: reached < FAR ? 'overhead' : limit, reached };
}

/** Null where there is no place for it on the plot: flops, bytes or time are unknown or 0. */
export function opPoint(op: IOpTotal, roofline: IRoofline): IOpPoint | null {
  const { flops, moved_bytes: bytes, wall_s } = op;
  const place = placement(op, roofline);
  if (place === null || !flops || !bytes) {
    return null;
  }
  return { ...place, op, intensity: flops / bytes, rate: flops / wall_s };
}

/** Both limits are above 0, as a logarithmic axis needs them. */
export function isUsable(roofline: IRoofline): boolean {
  return roofline.flops_per_s > 0 && roofline.bytes_per_s > 0;
}

function totalOf(op: IOp): IOpTotal {
  const { name, phase, calls, wall_s, flops, moved_bytes } = op;
  return { name, phase, calls, wall_s, flops, moved_bytes };
}

function add(total: IOpTotal, op: IOp): IOpTotal {
  return {
    ...total,
    calls: total.calls + op.calls,
    wall_s: total.wall_s + op.wall_s,
    flops: sum(total.flops, op.flops),
    moved_bytes: sum(total.moved_bytes, op.moved_bytes)
  };
}

function sum(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b;
}
