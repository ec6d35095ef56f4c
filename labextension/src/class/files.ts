import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { IDocumentManager } from '@jupyterlab/docmanager';

/** The authors' files as JupyterLab has them open. */
export class AuthorFiles {
  constructor(
    private _app: JupyterFrontEnd,
    private _manager: IDocumentManager
  ) {}

  /** The path of the document in front; null if there is none. */
  get front(): string | null {
    const widget = this._app.shell.currentWidget;
    const context = widget && this._manager.contextForWidget(widget);
    return context?.path ?? null;
  }

  /** Opens the file in the editor, with the cursor at a line from 1; 0 leaves it where it was. */
  async open(path: string, line: number): Promise<void> {
    const widget = this._manager.openOrReveal(path, 'Editor');
    if (widget === undefined) {
      return;
    }
    await widget.revealed;
    await widget.context.ready;
    if (line > 0) {
      // The editor's own way to a line; it counts from 0.
      await widget.setFragment(`#line=${line - 1}`);
    }
    this._app.shell.activateById(widget.id);
  }

  /** Saves what is open and not saved: the server reads the disk. */
  async save(path: string): Promise<void> {
    const context = this._manager.findWidget(path, null)?.context;
    if (context?.model.dirty) {
      await context.save();
    }
  }

  /** Calls back with the path whenever a file was saved, in whatever editor. */
  onSave(callback: (path: string) => void): void {
    this._app.serviceManager.contents.fileChanged.connect((_, change) => {
      const path = change.type === 'save' ? change.newValue?.path : undefined;
      if (path !== undefined) {
        callback(path);
      }
    });
  }

  async download(path: string): Promise<void> {
    const { contents } = this._app.serviceManager;
    const link = document.createElement('a');
    link.href = await contents.getDownloadUrl(path);
    link.download = '';
    link.click();
  }
}
