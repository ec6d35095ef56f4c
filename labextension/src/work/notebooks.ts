import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';

import { showCell } from '../show-cell';
import type { IOpenNotebooks } from './model';
import { OwnChanges } from './own-changes';

/** The notebooks that are open in this JupyterLab, by the path that the server gives them. */
export class OpenNotebooks implements IOpenNotebooks {
  constructor(
    private _app: JupyterFrontEnd,
    private _tracker: INotebookTracker | null,
    private _trans: TranslationBundle
  ) {
    this._own = new OwnChanges(_tracker);
  }

  /** The path of the notebook that was in front last; null if there is none. */
  get front(): string | null {
    const panel = this._tracker?.currentWidget ?? null;
    return panel && this._pathOf(panel);
  }

  /** Id of the active cell of that notebook. */
  get activeCell(): string | null {
    return this._tracker?.activeCell?.model.id ?? null;
  }

  /**
   * What has changed here goes to disk; what has changed on disk, in another tab say, is shown. Rejects with a sentence if the
   * two are not the same afterwards.
   */
  async save(path: string): Promise<void> {
    const context = this._find(path)?.context;
    if (context === undefined) {
      await this._refuseLeftBehind(path);
    } else if (
      context.model.dirty &&
      (this._own.isIn(context) || !(await this._isStale(context)))
    ) {
      await context.save().catch(error => {
        throw new Error(notSaved(error, this._trans));
      });
    } else {
      await this.reload(path);
    }
  }

  /** Nothing happens where the file is the one that was read: reverting forgets the undo history. */
  async reload(path: string): Promise<void> {
    const context = this._find(path)?.context;
    if (context !== undefined && (await this._isStale(context))) {
      await context.revert();
      this._own.note(context);
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
    return showCell(panel.content, cellId);
  }

  /** Whether the file has changed since it was read or saved here. */
  private async _isStale(context: NotebookPanel['context']): Promise<boolean> {
    const onDisk = await this._lastModified(context.path);
    return onDisk !== null && onDisk !== context.contentsModel?.last_modified;
  }

  /** Null for a file that is not there: what is to be done with it says why. */
  private async _lastModified(path: string): Promise<string | null> {
    const { contents } = this._app.serviceManager;
    try {
      return (await contents.get(path, { content: false })).last_modified;
    } catch (error) {
      if ((error as Partial<IFailed>).response?.status === 404) {
        return null;
      }
      throw error;
    }
  }

  /** The folder was renamed outside of JupyterLab: what is open has kept its old path, and changes that it cannot save. */
  private async _refuseLeftBehind(path: string): Promise<void> {
    const name = inFolder(path);
    const left = this._tracker?.find(
      panel =>
        panel.context.model.dirty && inFolder(this._pathOf(panel)) === name
    );
    if (left && (await this._lastModified(left.context.path)) === null) {
      throw new Error(
        this._trans.__(
          'Your open notebook has changes, but its folder was renamed: %1 is not there any more. Nothing was done. Give the folder its old name back and save; then rename it in the file browser of JupyterLab, which open notebooks follow.',
          this._pathOf(left)
        )
      );
    }
  }

  private _find(path: string): NotebookPanel | null {
    return this._tracker?.find(panel => this._pathOf(panel) === path) ?? null;
  }

  /** Without the name of a drive. */
  private _pathOf(panel: NotebookPanel): string {
    return this._app.serviceManager.contents.localPath(panel.context.path);
  }

  private _own: OwnChanges;
}

/** A request that was answered with an error. */
interface IFailed {
  response: { status: number };
}

/** JupyterLab's names for "the user said no to overwriting", and "the user is being asked already". */
const UNDECIDED = ['ModalCancelError', 'ModalDuplicateError'];

/** The part of a notebook's path that a renamed folder leaves as it is: "modules/01_tensor/tensor.ipynb". */
function inFolder(path: string): string {
  return path.split('/').slice(-3).join('/');
}

/** Why nothing was done: the server would read what is on disk, not what is on the screen. */
function notSaved(error: unknown, trans: TranslationBundle): string {
  return UNDECIDED.includes((error as Error).name)
    ? trans.__(
        'The notebook was not saved, so nothing was done: its file has changed too, in another tab perhaps. Save it, and choose which of the two you keep.'
      )
    : trans.__(
        'The notebook could not be saved, so nothing was done. What you see is not lost while this page is open; the message of JupyterLab says why.'
      );
}
