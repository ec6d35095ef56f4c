import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import {
  nullTranslator,
  type TranslationBundle
} from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import React from 'react';
import { createRoot } from 'react-dom/client';

import { readMeasurement } from '../measurement';
import { ResultView } from './view';

/**
 * Renders one measurement. JupyterLab calls `renderModel` again on the same instance for every live update: the React
 * root lives as long as the widget (also while a windowed notebook has it detached), so that what the reader has
 * opened stays open.
 */
export class MeasurementRenderer
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
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const html = asText(model.data['text/html']);
    this._view = (
      <ResultView
        reading={readMeasurement(model.data[this._mimeType])}
        fallbackHTML={html === null ? null : this._sanitizer.sanitize(html)}
        text={asText(model.data['text/plain'])}
        node={this.node}
        trans={this._trans}
      />
    );
    this._root.render(this._view);
  }

  /** Only now the cell around it can be found. */
  protected onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    if (this._view !== null) {
      this._root.render(React.cloneElement(this._view));
    }
  }

  dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._root.unmount();
    super.dispose();
  }

  private _mimeType: string;
  private _root: ReturnType<typeof createRoot>;
  private _sanitizer: IRenderMime.ISanitizer;
  private _trans: TranslationBundle;
  private _view: JSX.Element | null = null;
}

/** Text of a bundle; a notebook file may hold it as a list of lines. */
function asText(value: unknown): string | null {
  if (Array.isArray(value)) {
    return value.join('');
  }
  return typeof value === 'string' ? value : null;
}
