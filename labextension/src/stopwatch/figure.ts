import { isCodeCellModel, type ICellModel } from '@jupyterlab/cells';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';

import { savedResult } from '../saved';
import { figureOf } from './figure-texts';

/** Shows time and peak of a cell in its toolbar, from its outputs: live, and in a reopened notebook too. */
export class CellFigure extends Widget {
  constructor(
    private _cell: ICellModel,
    private _trans: TranslationBundle
  ) {
    super({ node: document.createElement('span') });
    this.addClass('tt-CellFigure');
    // When a notebook is read anew from disk, toolbars are still being made for cells that are gone.
    if (_cell.isDisposed) {
      this.hide();
      return;
    }
    if (isCodeCellModel(_cell)) {
      _cell.outputs.changed.connect(this._show, this);
    }
    this._show();
  }

  dispose(): void {
    Signal.clearData(this);
    super.dispose();
  }

  private _show(): void {
    const saved = savedResult(this._cell);
    this.setHidden(saved === null);
    if (saved === null) {
      this.node.textContent = '';
      return;
    }
    const { text, words } = figureOf(saved.measurement, this._trans);
    this.node.textContent = text;
    this.node.title = words;
    // A role that may have a name: the words say more than the short text.
    this.node.setAttribute('role', 'img');
    this.node.setAttribute('aria-label', words);
    this.node.dataset['state'] = saved.measurement.state;
  }
}
