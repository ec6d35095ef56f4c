/**
 * "Measure this cell" lives in the cell's metadata: `tinytorch.measure = true`. JupyterLab sends the metadata with
 * every execution, so the kernel knows without a word in the cell's source; locked cells can be measured too.
 */

import type { ICellModel } from '@jupyterlab/cells';
import type { JSONObject, PartialJSONValue } from '@lumino/coreutils';

/** Top-level key of our cell metadata. */
export const METADATA_KEY = 'tinytorch';

export function isMeasured(cell: ICellModel): boolean {
  return ours(cell)['measure'] === true;
}

/** Switches measuring on or off; leaves no empty object behind, nor touches other keys. */
export function setMeasured(cell: ICellModel, measured: boolean): void {
  const next: JSONObject = { ...ours(cell), measure: true };
  if (!measured) {
    delete next['measure'];
  }
  if (Object.keys(next).length === 0) {
    cell.deleteMetadata(METADATA_KEY);
  } else {
    cell.setMetadata(METADATA_KEY, next);
  }
}

/** All on if any is off, else all off. */
export function toggleMeasured(cells: ICellModel[]): void {
  const measured = !cells.every(isMeasured);
  cells.forEach(cell => setMeasured(cell, measured));
}

function ours(cell: ICellModel): JSONObject {
  const value = cell.getMetadata(METADATA_KEY) as PartialJSONValue | undefined;
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JSONObject)
    : {};
}
