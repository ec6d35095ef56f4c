/** The measurement that a cell's outputs hold, saved or live. */

import { isCodeCellModel, type ICellModel } from '@jupyterlab/cells';

import { MIME_TYPE, readMeasurement, type IMeasurement } from './measurement';

export interface ISavedResult {
  measurement: IMeasurement;
  /** The same as plain text; null if the output has none. */
  text: string | null;
}

/** The last readable measurement of the cell; null if there is none. */
export function savedResult(cell: ICellModel): ISavedResult | null {
  if (!isCodeCellModel(cell)) {
    return null;
  }
  for (let index = cell.outputs.length - 1; index >= 0; index -= 1) {
    const { data } = cell.outputs.get(index);
    const reading =
      data[MIME_TYPE] === undefined ? null : readMeasurement(data[MIME_TYPE]);
    if (reading?.kind === 'measurement') {
      const text = data['text/plain'];
      return {
        measurement: reading.measurement,
        text: typeof text === 'string' ? text : null
      };
    }
  }
  return null;
}
