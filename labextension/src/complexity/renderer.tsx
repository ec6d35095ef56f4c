import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { Message } from '@lumino/messaging';
import React from 'react';

import { ReactRenderer } from '../react-renderer';
import { Asking } from './asking';
import { cellOf } from './cell';
import { readComplexity, type Reading } from './read';
import { ComplexityView } from './view';

/**
 * Renders one sweep. Nothing is shown before the output has its place: only then is it known whether its cell holds a
 * prediction, and an answer that should have waited cannot be taken back.
 */
export class ComplexityRenderer extends ReactRenderer {
  constructor(options: IRenderMime.IRendererOptions) {
    super(options);
    this._asking.changed.connect(this._render, this);
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this._model = model;
    this._reading = readComplexity(model.data[this._mimeType]);
    this._html = this._htmlOf(model);
    if (this._reading.kind === 'complexity') {
      this._asking.show(this._reading.complexity);
    }
    this._place();
    this._render();
  }

  dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._asking.dispose();
    super.dispose();
  }

  protected onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this._place();
    this._render();
  }

  private _place(): void {
    if (this.isAttached && this._model !== null) {
      this._placed = true;
      this._asking.place(cellOf(this, this._model));
    }
  }

  private _render(): void {
    if (this._reading === null || !this._placed || this.isDisposed) {
      return;
    }
    const asking = this._asking;
    this._root.render(
      <ComplexityView
        reading={this._reading}
        fallbackHTML={this._html}
        asking={{
          asks: asking.asks,
          prediction: asking.prediction,
          predict: predicted => asking.predict(predicted),
          skip: () => asking.skip(),
          forget: () => asking.forget()
        }}
        trans={this._trans}
      />
    );
  }

  private _asking = new Asking();
  private _html: string | null = null;
  private _model: IRenderMime.IMimeModel | null = null;
  private _placed = false;
  private _reading: Reading | null = null;
}
