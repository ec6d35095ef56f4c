/** The table of measured cells as data. Pure. */

import type { IMeasurement } from '../measurement';

export interface IRow {
  /** Id of the cell. */
  id: string;
  /** Its place among the cells of the notebook, from 1. */
  place: number;
  /** The label of its measurement, else its first line of code. */
  name: string;
  /** Null: the cell ran, but showed no measurement. */
  wall_s: number | null;
  traced: boolean;
  peak_bytes: number | null;
  net_bytes: number | null;
  failed: boolean;
}

export type SortKey = 'place' | 'wall_s' | 'peak_bytes' | 'net_bytes';

export interface IOrder {
  key: SortKey;
  descending: boolean;
}

export const COSTLIEST_FIRST: IOrder = { key: 'wall_s', descending: true };

export function rowOf(
  cell: { id: string; place: number; source: string; failed: boolean },
  m: IMeasurement | null
): IRow {
  const { id, place, failed } = cell;
  return {
    id,
    place,
    name: m?.label ?? firstLine(cell.source),
    wall_s: m?.wall_s ?? null,
    traced: m?.traced ?? false,
    peak_bytes: m?.peak_bytes ?? null,
    net_bytes: m?.net_bytes ?? null,
    failed
  };
}

/** A copy in the wanted order; cells without the figure stand last. */
export function sorted(rows: IRow[], order: IOrder): IRow[] {
  const sign = order.descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [left, right] = [a[order.key], b[order.key]];
    if (left === null || right === null) {
      return (left === null ? 1 : 0) - (right === null ? 1 : 0);
    }
    return sign * (left - right) || a.place - b.place;
  });
}

/** The order after a click on a column: figures start with the largest, and a second click turns them round. */
export function clicked(order: IOrder, key: SortKey): IOrder {
  return order.key === key
    ? { key, descending: !order.descending }
    : { key, descending: key !== 'place' };
}

/** The first line that is code, not a comment or a magic; else the first one that is not empty. */
function firstLine(source: string): string {
  const lines = source.split('\n').filter(line => line.trim() !== '');
  return (
    lines.find(line => !/^\s*(#|%%)/.test(line)) ??
    lines[0] ??
    ''
  ).trim();
}
