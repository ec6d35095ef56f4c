import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import {
  nullTranslator,
  type TranslationBundle
} from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { createRoot } from 'react-dom/client';

/**
 * Renders JSON of one MIME type with React. JupyterLab calls `renderModel` again on the same instance for every live
 * update: the React root lives as long as the widget (also while a windowed notebook has it detached), so that what
 * the reader has opened stays open.
 */
export abstract class ReactRenderer
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

  abstract renderModel(model: IRenderMime.IMimeModel): Promise<void>;

  dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._root.unmount();
    super.dispose();
  }

  /** The bundle's HTML without what could do harm; null if there is none. */
  protected _htmlOf(model: IRenderMime.IMimeModel): string | null {
    const html = asText(model.data['text/html']);
    return html === null ? null : this._sanitizer.sanitize(html);
  }

  protected _mimeType: string;
  protected _root: ReturnType<typeof createRoot>;
  protected _trans: TranslationBundle;
  private _sanitizer: IRenderMime.ISanitizer;
}

/** Text of a bundle; a notebook file may hold it as a list of lines. */
export function asText(value: unknown): string | null {
  if (Array.isArray(value)) {
    return value.join('');
  }
  return typeof value === 'string' ? value : null;
}
