import type { Cell, ICellModel } from '@jupyterlab/cells';
import type { Notebook, NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';

import { isMeasured, METADATA_KEY } from './metadata';

/**
 * Keeps `data-tt-measure` on the cells of one notebook true to their metadata; the style sheet shows a stopwatch
 * there. Also calls back when a cell is switched, whoever did it (button, other view, undo).
 */
export class MeasureMarker implements IDisposable {
  constructor(
    panel: NotebookPanel,
    private _trans: TranslationBundle,
    private _onSwitched: () => void
  ) {
    this._notebook = panel.content;
    this._notebook.modelChanged.connect(this._onModelChanged, this);
    this._onModelChanged();
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    Signal.clearData(this);
  }

  private _onModelChanged(): void {
    this._notebook.model?.cells.changed.connect(this._onCellsChanged, this);
    this._onCellsChanged();
  }

  private _onCellsChanged(): void {
    for (const cell of this._notebook.widgets) {
      // Connecting twice is once.
      cell.model.metadataChanged.connect(this._onMetadataChanged, this);
      this._mark(cell);
    }
  }

  private _onMetadataChanged(model: ICellModel, change: { key: string }): void {
    if (change.key !== METADATA_KEY) {
      return;
    }
    this._notebook.widgets
      .filter(cell => cell.model === model)
      .forEach(cell => this._mark(cell));
    this._onSwitched();
  }

  private _mark(cell: Cell): void {
    if (cell.model.type === 'code' && isMeasured(cell.model)) {
      cell.node.dataset['ttMeasure'] = 'true';
      cell.node.setAttribute(
        'aria-description',
        this._trans.__('This cell is measured when it runs.')
      );
    } else if (cell.node.dataset['ttMeasure'] !== undefined) {
      delete cell.node.dataset['ttMeasure'];
      cell.node.removeAttribute('aria-description');
    }
  }

  private _isDisposed = false;
  private _notebook: Notebook;
}
