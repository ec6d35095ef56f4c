/** The MIME extension: gives JupyterLab and Notebook the renderer for measurements. */

import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';

import { MIME_TYPE } from './measurement';
import { MeasurementRenderer } from './result/renderer';

/**
 * `safe`, so that a reopened, not yet trusted notebook shows it too: the renderer builds its elements itself, and HTML
 * from the notebook goes through JupyterLab's sanitizer.
 */
export const rendererFactory: IRenderMime.IRendererFactory = {
  safe: true,
  mimeTypes: [MIME_TYPE],
  defaultRank: 0,
  createRenderer: options => new MeasurementRenderer(options)
};

const extension: IRenderMime.IExtension = {
  id: 'tinytorch-lab:measure-renderer',
  description: 'Renders the measurement of a cell.',
  rendererFactory,
  rank: 0,
  dataType: 'json'
};

export default extension;
