/**
 * "Measure this cell" lives in the cell's metadata: `tinytorch.measure = true`. JupyterLab sends the metadata with
 * every execution, so the kernel knows without a word in the cell's source; locked cells can be measured too.
 */

import type { ICellModel } from '@jupyterlab/cells';
import type {
  JSONObject,
  PartialJSONObject,
  PartialJSONValue
} from '@lumino/coreutils';

/** Top-level key of our cell metadata. */
export const METADATA_KEY = 'tinytorch';

export function isMeasured(cell: ICellModel): boolean {
  return ourMetadata(cell)['measure'] === true;
}

/** Switches measuring on or off; leaves no empty object behind, nor touches other keys. */
export function setMeasured(cell: ICellModel, measured: boolean): void {
  changeOurMetadata(cell, { measure: measured || undefined });
}

/** All on if any is off, else all off. */
export function toggleMeasured(cells: ICellModel[]): void {
  const measured = !cells.every(isMeasured);
  cells.forEach(cell => setMeasured(cell, measured));
}

/** The object under our key; empty if there is none. */
export function ourMetadata(cell: ICellModel): JSONObject {
  const value = cell.getMetadata(METADATA_KEY) as PartialJSONValue | undefined;
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JSONObject)
    : {};
}

/** Sets these keys of ours, or removes those that are undefined. */
export function changeOurMetadata(
  cell: ICellModel,
  changes: PartialJSONObject
): void {
  const next = Object.entries({ ...ourMetadata(cell), ...changes }).filter(
    ([, value]) => value !== undefined
  );
  if (next.length === 0) {
    cell.deleteMetadata(METADATA_KEY);
  } else {
    cell.setMetadata(METADATA_KEY, Object.fromEntries(next));
  }
}
