import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Dialog, showDialog } from '@jupyterlab/apputils';
import { CodeCell } from '@jupyterlab/cells';
import {
  NotebookActions,
  type INotebookTracker,
  type NotebookPanel
} from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';

import { CommandIDs } from '../commands';
import { hostPlace, type IHost } from '../host';
import { stopwatchIcon } from '../icons';
import { savedResult } from '../saved';
import { hasKernel, runMeasured } from './run';

/** Lets results and a command measure their cell once more, untraced. */
export function addCleanTime(
  app: JupyterFrontEnd,
  notebooks: INotebookTracker,
  trans: TranslationBundle
): void {
  hostPlace.current = new NotebookHost(notebooks, trans);
  notebooks.widgetAdded.connect((_, panel) => {
    let runs = false;
    const look = () => {
      if (runs !== hasKernel(panel)) {
        runs = !runs;
        hostPlace.changed.emit();
      }
    };
    panel.sessionContext.kernelChanged.connect(look);
    panel.sessionContext.statusChanged.connect(look);
  });
  app.commands.addCommand(CommandIDs.cleanTime, {
    label: trans.__('Measure the Clean Time of This Cell'),
    caption: trans.__('Run this cell once more, without tracing'),
    icon: stopwatchIcon,
    isEnabled: () => activePlace(notebooks) !== null,
    // In the menu of a cell it stands only where there is something to repeat.
    isVisible: args => !args['menu'] || activePlace(notebooks) !== null,
    execute: async () => {
      const place = activePlace(notebooks);
      if (place !== null) {
        await askAndRun(place, trans);
      }
    },
    describedBy: { args: { type: 'object', properties: {} } }
  });
}

/** A cell in its notebook. */
interface IPlace {
  panel: NotebookPanel;
  cell: CodeCell;
}

class NotebookHost implements IHost {
  constructor(
    private _notebooks: INotebookTracker,
    private _trans: TranslationBundle
  ) {}

  canRun(node: HTMLElement): boolean {
    return this._place(node) !== null;
  }

  async measureUntraced(node: HTMLElement): Promise<void> {
    const place = this._place(node);
    if (place !== null) {
      await askAndRun(place, this._trans);
    }
  }

  private _place(node: HTMLElement): IPlace | null {
    const panel = this._notebooks.find(each =>
      each.content.node.contains(node)
    );
    const cell = panel?.content.widgets.find(each => each.node.contains(node));
    return panel !== undefined && cell instanceof CodeCell && hasKernel(panel)
      ? { panel, cell }
      : null;
  }
}

/** The active cell, if it shows a measurement and could run. */
function activePlace(notebooks: INotebookTracker): IPlace | null {
  const panel = notebooks.currentWidget;
  const cell = notebooks.activeCell;
  return panel !== null &&
    cell instanceof CodeCell &&
    hasKernel(panel) &&
    savedResult(cell.model) !== null
    ? { panel, cell }
    : null;
}

async function askAndRun(
  place: IPlace,
  trans: TranslationBundle
): Promise<void> {
  const answer = await showDialog({
    title: trans.__('Run this cell again?'),
    body: trans.__(
      'Its clean time is measured by running it once more, without tracing memory. What the cell changes, it changes again.'
    ),
    buttons: [
      Dialog.cancelButton(),
      Dialog.okButton({ label: trans.__('Run Again') })
    ]
  });
  if (!answer.button.accept || place.cell.isDisposed) {
    return;
  }
  focusOn(place);
  await runMeasured(place.panel, place.cell, { rerun: 'time' });
}

/** The button goes with the old result, so the focus goes to the cell, which stays. */
function focusOn(place: IPlace): void {
  const notebook = place.panel.content;
  notebook.activeCellIndex = notebook.widgets.indexOf(place.cell);
  notebook.deselectAll();
  void NotebookActions.focusActiveCell(notebook, { preventScroll: true });
}
