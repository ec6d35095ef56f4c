/** The MIME extension: gives JupyterLab and Notebook the renderers for measurements and for sweeps over sizes. */

import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';

import { ComplexityRenderer } from './complexity/renderer';
import { MIME_TYPE as COMPLEXITY_MIME_TYPE } from './complexity/result';
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

export const complexityFactory: IRenderMime.IRendererFactory = {
  safe: true,
  mimeTypes: [COMPLEXITY_MIME_TYPE],
  defaultRank: 0,
  createRenderer: options => new ComplexityRenderer(options)
};

const extensions: IRenderMime.IExtension[] = [
  {
    id: 'tinytorch-lab:measure-renderer',
    description: 'Renders the measurement of a cell.',
    rendererFactory,
    rank: 0,
    dataType: 'json'
  },
  {
    id: 'tinytorch-lab:complexity-renderer',
    description: 'Renders how the cost of a cell grows with its sizes.',
    rendererFactory: complexityFactory,
    rank: 0,
    dataType: 'json'
  }
];

export default extensions;
