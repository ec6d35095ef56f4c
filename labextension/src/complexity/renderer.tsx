import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import {
  nullTranslator,
  type TranslationBundle
} from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import React from 'react';
import { createRoot } from 'react-dom/client';

import { Asking } from './asking';
import { cellOf } from './cell';
import { readComplexity, type Reading } from './read';
import { ComplexityView } from './view';

/**
 * Renders one sweep. JupyterLab calls `renderModel` again on the same instance for every live update. Nothing is shown
 * before the output has its place: only then is it known whether its cell holds a prediction, and an answer that should
 * have waited cannot be taken back.
 */
export class ComplexityRenderer
  extends Widget
  implements IRenderMime.IRenderer
{
  constructor(options: IRenderMime.IRendererOptions) {
    super();
    this.addClass('tt-Result');
    this._mimeType = options.mimeType;
    this._sanitizer = options.sanitizer;
    this._trans = (options.translator ?? nullTranslator).load('tinytorch_lab');
    this._root = createRoot(this.node);
    this._asking.changed.connect(this._render, this);
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const html = model.data['text/html'];
    this._model = model;
    this._reading = readComplexity(model.data[this._mimeType]);
    this._html =
      typeof html === 'string' ? this._sanitizer.sanitize(html) : null;
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
    this._root.unmount();
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
  private _mimeType: string;
  private _model: IRenderMime.IMimeModel | null = null;
  private _placed = false;
  private _reading: Reading | null = null;
  private _root: ReturnType<typeof createRoot>;
  private _sanitizer: IRenderMime.ISanitizer;
  private _trans: TranslationBundle;
}
