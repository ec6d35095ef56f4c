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

export type Bound = 'compute' | 'memory' | 'unknown';

/** An operation on the roofline plot. */
export interface IOpPoint {
  op: IOpTotal;
  /** Floating-point operations a byte. */
  intensity: number;
  /** Floating-point operations a second. */
  rate: number;
  bound: Bound;
  /** Rate as a share of what the machine allows at this intensity. */
  reached: number;
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

/** Null where flops, bytes or time are unknown or 0: there is no place for it on the plot. */
export function opPoint(op: IOpTotal, roofline: IRoofline): IOpPoint | null {
  const { flops, moved_bytes: bytes, wall_s } = op;
  if (!flops || !bytes || wall_s <= 0 || !isUsable(roofline)) {
    return null;
  }
  const intensity = flops / bytes;
  const rate = flops / wall_s;
  return {
    op,
    intensity,
    rate,
    bound: intensity < ridge(roofline) ? 'memory' : 'compute',
    reached: rate / roof(intensity, roofline)
  };
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
