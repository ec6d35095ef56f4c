import type { JupyterFrontEnd } from '@jupyterlab/application';
import {
  Notification,
  type IToolbarWidgetRegistry
} from '@jupyterlab/apputils';
import type { Cell, ICellModel } from '@jupyterlab/cells';
import {
  NotebookActions,
  type INotebookTracker,
  type NotebookPanel
} from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { CommandToolbarButton } from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { CommandIDs } from '../commands';
import { stopwatchIcon } from '../icons';
import { ranMeasured } from '../rerun/run';
import { CellFigure } from './figure';
import { MeasureMarker } from './marker';
import { isMeasured, toggleMeasured } from './metadata';
import { MissingTeller } from './missing';

/** Adds the command "measure this cell" and the marks on measured cells. */
export function addStopwatch(
  app: JupyterFrontEnd,
  notebooks: INotebookTracker,
  trans: TranslationBundle
): void {
  const { commands } = app;
  const targets = (args: ReadonlyPartialJSONObject) =>
    targetCells(notebooks, args);
  const on = (args: ReadonlyPartialJSONObject) => {
    const cells = targets(args);
    return cells.length > 0 && cells.every(isMeasured);
  };

  commands.addCommand(CommandIDs.toggleMeasure, {
    label: args =>
      // A toolbar shows labels beside icons; the button shall only have the icon.
      args['toolbar'] ? '' : trans.__('Measure This Cell When It Runs'),
    caption: args =>
      on(args)
        ? trans.__('Stop measuring this cell')
        : trans.__(
            'Measure this cell when it runs: time, memory, statement by statement. Its text stays as it is.'
          ),
    icon: stopwatchIcon,
    isToggleable: true,
    isToggled: on,
    isEnabled: args => targets(args).length > 0,
    isVisible: args => !args['toolbar'] || targets(args).length > 0,
    execute: args => toggleMeasured(targets(args)),
    describedBy: { args: { type: 'object', properties: {} } }
  });

  const update = () => commands.notifyCommandChanged(CommandIDs.toggleMeasure);
  notebooks.activeCellChanged.connect(update);
  notebooks.selectionChanged.connect(update);
  app.docRegistry.addWidgetExtension('Notebook', {
    createNew: panel => new MeasureMarker(panel as NotebookPanel, trans, update)
  });
  tellWhatIsMissing(notebooks, trans);
}

/** After a cell that was to be measured, says what its kernel lacks. */
function tellWhatIsMissing(
  notebooks: INotebookTracker,
  trans: TranslationBundle
): void {
  const teller = new MissingTeller(
    // It stays until it is closed: it says what to type.
    advice => Notification.warning(advice, { autoClose: false }),
    trans
  );
  NotebookActions.executed.connect((_, { notebook, cell }) => {
    const panel = notebooks.find(each => each.content === notebook);
    void teller.afterRun(cell.model, panel?.sessionContext.session?.kernel);
  });
  ranMeasured.connect((_, { kernel }) => void teller.afterMeasuredRun(kernel));
}

/**
 * Gives each cell toolbar the figure of its cell, and a button that speaks of its own cell, also with several
 * notebooks side by side.
 */
export function addToolbarItems(
  app: JupyterFrontEnd,
  registry: IToolbarWidgetRegistry,
  trans: TranslationBundle
): void {
  registry.addFactory<Cell>(
    'Cell',
    'tt-figure',
    cell => new CellFigure(cell.model, trans)
  );
  registry.addFactory<Cell>('Cell', 'tt-measure', cell => {
    const args = {
      toolbar: true,
      notebook: cell.parent?.parent?.id ?? '',
      cell: cell.model.id
    };
    const { commands } = app;
    const id = CommandIDs.toggleMeasure;
    // Without focus on click, the notebook keeps its selection, and Enter is not taken for two clicks.
    return new CommandToolbarButton({
      commands,
      id,
      args,
      label: '',
      noFocusOnClick: true
    });
  });
}

/**
 * The code cells that the command is about: the selected ones of the current notebook, or, from a toolbar, the
 * selected ones of its own notebook if its cell is among them, else its cell alone.
 */
function targetCells(
  notebooks: INotebookTracker,
  args: ReadonlyPartialJSONObject
): ICellModel[] {
  const panel = args['notebook']
    ? notebooks.find(candidate => candidate.id === args['notebook'])
    : notebooks.currentWidget;
  const notebook = panel?.content;
  if (!notebook?.model) {
    return [];
  }
  const selected = notebook.widgets
    .filter(cell => notebook.isSelectedOrActive(cell))
    .map(cell => cell.model);
  const own = [...notebook.model.cells].filter(
    cell => cell.id === args['cell']
  );
  const cells =
    own.length === 0 || selected.some(cell => cell === own[0]) ? selected : own;
  return cells.filter(cell => cell.type === 'code');
}
