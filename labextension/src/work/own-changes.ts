import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';

type Context = NotebookPanel['context'];

/**
 * Tells whether somebody has changed the cells of an open notebook since it was read or saved. JupyterLab's own mark
 * ("dirty") is set already when it writes the kernel's language into a notebook that it opens.
 */
export class OwnChanges {
  constructor(tracker: INotebookTracker | null) {
    tracker?.widgetAdded.connect((_, { context }) => {
      void context.ready.then(() => this.note(context));
      context.saveState.connect((__, state) => {
        if (state === 'completed') {
          this.note(context);
        }
      });
    });
  }

  /** What the notebook shows is what stands on disk. */
  note(context: Context): void {
    this._cells.set(context, cellsOf(context));
  }

  /** If in doubt, yes: what is not changed may be read anew, and what was typed would be gone. */
  isIn(context: Context): boolean {
    return this._cells.get(context) !== cellsOf(context);
  }

  private _cells = new WeakMap<Context, string>();
}

/** With outputs: a measurement is worth as much as a text. */
function cellsOf(context: Context): string {
  return JSON.stringify(
    (context.model.toJSON() as { cells?: unknown } | null)?.cells
  );
}
