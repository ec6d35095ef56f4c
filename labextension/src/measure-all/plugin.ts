import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Dialog, ReactWidget, showDialog } from '@jupyterlab/apputils';
import { CodeCell } from '@jupyterlab/cells';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { CommandIDs } from '../commands';
import { stopwatchIcon } from '../icons';
import { hasKernel, runMeasured } from '../rerun/run';
import { savedResult } from '../saved';
import { showCell } from '../show-cell';
import { MeasureAllModel, type IRunnableCell } from './model';
import { MeasureAllView } from './view';

/** The table of one notebook. */
interface ITable {
  model: MeasureAllModel;
  widget: ReactWidget;
}

/** Adds the command that measures all cells of the notebook in front, and its table in the down area. */
export function addMeasureAll(
  app: JupyterFrontEnd,
  notebooks: INotebookTracker,
  trans: TranslationBundle
): void {
  const tables = new Map<string, ITable>();
  const start = async (panel: NotebookPanel) => {
    const cells = runnableCells(panel);
    if (!(await isWanted(cells.length, trans)) || panel.isDisposed) {
      return;
    }
    let table = tables.get(panel.id);
    if (table === undefined) {
      table = makeTable(panel, start, trans);
      tables.set(panel.id, table);
      table.widget.disposed.connect(() => tables.delete(panel.id));
    }
    if (!table.widget.isAttached) {
      app.shell.add(table.widget, 'down');
    }
    app.shell.activateById(table.widget.id);
    await table.model.run(cells);
  };
  app.commands.addCommand(CommandIDs.measureAll, {
    label: trans.__('Measure All Cells'),
    caption: trans.__(
      'Run all code cells in order, measured, and list them, costliest first'
    ),
    icon: stopwatchIcon,
    isEnabled: () =>
      notebooks.currentWidget !== null && hasKernel(notebooks.currentWidget),
    execute: async () => {
      if (notebooks.currentWidget !== null) {
        await start(notebooks.currentWidget);
      }
    },
    describedBy: { args: { type: 'object', properties: {} } }
  });
}

async function isWanted(
  count: number,
  trans: TranslationBundle
): Promise<boolean> {
  const answer = await showDialog({
    title: trans.__('Measure all cells?'),
    body: trans.__(
      'All %1 code cells run again, in order, each measured; the first error stops. Cells with %%measure keep their options. Nothing is stored in the notebook but the results.',
      count
    ),
    buttons: [
      Dialog.cancelButton(),
      Dialog.okButton({ label: trans.__('Measure All') })
    ]
  });
  return answer.button.accept;
}

function makeTable(
  panel: NotebookPanel,
  start: (panel: NotebookPanel) => Promise<void>,
  trans: TranslationBundle
): ITable {
  const model = new MeasureAllModel(async () =>
    panel.sessionContext.session?.kernel?.interrupt()
  );
  const widget = ReactWidget.create(
    React.createElement(MeasureAllView, {
      model,
      notebook: panel.title.label,
      onJump: (id: string) => void showCell(panel.content, id),
      onAgain: () => void start(panel),
      trans
    })
  );
  widget.id = `tinytorch-measure-all-${panel.id}`;
  widget.title.label = trans.__('Measured: %1', panel.title.label);
  widget.title.icon = stopwatchIcon;
  widget.title.closable = true;
  widget.addClass('tt-MeasureAllPanel');
  panel.disposed.connect(() => widget.dispose());
  widget.disposed.connect(() => model.dispose());
  return { model, widget };
}

/** The code cells that hold code, in order. */
function runnableCells(panel: NotebookPanel): IRunnableCell[] {
  return panel.content.widgets.flatMap((cell, index) =>
    cell instanceof CodeCell && cell.model.sharedModel.getSource().trim() !== ''
      ? [runnableCell(panel, cell, index + 1)]
      : []
  );
}

function runnableCell(
  panel: NotebookPanel,
  cell: CodeCell,
  place: number
): IRunnableCell {
  const tags = cell.model.getMetadata('tags') as unknown;
  return {
    id: cell.model.id,
    place,
    source: cell.model.sharedModel.getSource(),
    run: async () => {
      const reply = await runMeasured(panel, cell);
      return reply?.content.status === 'error'
        ? `${reply.content.ename}: ${reply.content.evalue}`
        : null;
    },
    result: () => savedResult(cell.model)?.measurement ?? null,
    mayFail: Array.isArray(tags) && tags.includes('raises-exception')
  };
}
