/** The cell that an output belongs to, and what is remembered in its metadata. */

import { CodeCell, type ICodeCellModel } from '@jupyterlab/cells';
import type { Widget } from '@lumino/widgets';

import { changeOurMetadata, ourMetadata } from '../stopwatch/metadata';
import {
  readPrediction,
  storedPrediction,
  type IPrediction
} from './prediction';

/** Key of the prediction, below our key of the cell's metadata. */
const PREDICTION = 'prediction';

/** Cells by what they show, for views of an output that stand outside of its cell. */
const cells = new WeakMap<object, ICodeCellModel>();

/**
 * The code cell that an output belongs to, found through the widgets above it. Null while it has no place yet, and in a
 * view of its own ("Create New View for Cell Output") if `shown` has not been seen in a cell.
 */
export function cellOf(output: Widget, shown: object): ICodeCellModel | null {
  let widget = output.parent;
  while (widget !== null && !(widget instanceof CodeCell)) {
    widget = widget.parent;
  }
  if (widget !== null) {
    cells.set(shown, widget.model);
  }
  return cells.get(shown) ?? null;
}

export function predictionOf(cell: ICodeCellModel): IPrediction | null {
  return readPrediction(ourMetadata(cell)[PREDICTION]);
}

/** JupyterLab sends the metadata with the next execution, so the kernel knows too. Null: forget it. */
export function setPrediction(
  cell: ICodeCellModel,
  prediction: IPrediction | null
): void {
  changeOurMetadata(cell, {
    [PREDICTION]: prediction === null ? undefined : storedPrediction(prediction)
  });
}
