import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { Message } from '@lumino/messaging';
import React from 'react';

import { readMeasurement } from '../measurement';
import { asText, ReactRenderer } from '../react-renderer';
import { ResultView } from './view';

/** Renders one measurement. */
export class MeasurementRenderer extends ReactRenderer {
  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this._view = (
      <ResultView
        reading={readMeasurement(model.data[this._mimeType])}
        fallbackHTML={this._htmlOf(model)}
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

  private _view: JSX.Element | null = null;
}
