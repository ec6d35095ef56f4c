import type { JupyterFrontEnd } from '@jupyterlab/application';
import {
  NotebookActions,
  type INotebookTracker,
  type NotebookPanel
} from '@jupyterlab/notebook';

import type { IOpenNotebooks } from './model';

/** The notebooks that are open in this JupyterLab, by the path that the server gives them. */
export class OpenNotebooks implements IOpenNotebooks {
  constructor(
    private _app: JupyterFrontEnd,
    private _tracker: INotebookTracker | null
  ) {}

  /** The path of the notebook that was in front last; null if there is none. */
  get front(): string | null {
    const panel = this._tracker?.currentWidget ?? null;
    return panel && this._pathOf(panel);
  }

  /** Id of the active cell of that notebook. */
  get activeCell(): string | null {
    return this._tracker?.activeCell?.model.id ?? null;
  }

  async save(path: string): Promise<void> {
    const context = this._find(path)?.context;
    if (context?.model.dirty) {
      await context.save();
    }
  }

  /** Nothing happens where the file is the one that was read: reverting forgets the undo history. */
  async reload(path: string): Promise<void> {
    const context = this._find(path)?.context;
    if (context === undefined) {
      return;
    }
    const { contents } = this._app.serviceManager;
    const onDisk = await contents.get(context.path, { content: false });
    if (onDisk.last_modified !== context.contentsModel?.last_modified) {
      await context.revert();
    }
  }

  async open(path: string): Promise<void> {
    await this._app.commands.execute('docmanager:open', {
      path,
      factory: 'Notebook'
    });
  }

  /** Opens the notebook, shows the cell and gives it the focus; false if there is no such cell in it. */
  async jump(path: string, cellId: string): Promise<boolean> {
    await this.open(path);
    const panel = this._find(path);
    if (panel === null) {
      return false;
    }
    await panel.revealed;
    const notebook = panel.content;
    const index = notebook.widgets.findIndex(
      ({ model }) => model.id === cellId
    );
    if (index < 0) {
      return false;
    }
    notebook.activeCellIndex = index;
    notebook.deselectAll();
    await notebook.scrollToItem(index, 'smart');
    await NotebookActions.focusActiveCell(notebook);
    return true;
  }

  private _find(path: string): NotebookPanel | null {
    return this._tracker?.find(panel => this._pathOf(panel) === path) ?? null;
  }

  /** Without the name of a drive. */
  private _pathOf(panel: NotebookPanel): string {
    return this._app.serviceManager.contents.localPath(panel.context.path);
  }
}
