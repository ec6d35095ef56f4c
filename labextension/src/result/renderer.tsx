import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import {
  nullTranslator,
  type TranslationBundle
} from '@jupyterlab/translation';
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
    const html = model.data['text/html'];
    this._root.render(
      <ResultView
        reading={readMeasurement(model.data[this._mimeType])}
        fallbackHTML={
          typeof html === 'string' ? this._sanitizer.sanitize(html) : null
        }
        trans={this._trans}
      />
    );
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
}
