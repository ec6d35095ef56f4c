import {
  ILabShell,
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette, IToolbarWidgetRegistry } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { CommandIDs } from './commands';
import { addNavigator, openAtStart } from './navigator/plugin';
import { addStopwatch, addToolbarButton } from './stopwatch/plugin';

/** The navigator, the stopwatch, and their commands. The renderer of results is a MIME extension of its own. */
const plugin: JupyterFrontEndPlugin<void> = {
  id: 'tinytorch-lab:plugin',
  description: 'The TinyTorch course, and a stopwatch for every code cell.',
  autoStart: true,
  optional: [
    INotebookTracker,
    ILabShell,
    ILayoutRestorer,
    ICommandPalette,
    IToolbarWidgetRegistry,
    ISettingRegistry,
    ITranslator
  ],
  activate
};

/**
 * Nothing is required: Notebook 7 has no lab shell and no layout restorer (so the course opens there on demand only),
 * and on its file page no notebooks.
 */
async function activate(
  app: JupyterFrontEnd,
  notebooks: INotebookTracker | null,
  labShell: ILabShell | null,
  restorer: ILayoutRestorer | null,
  palette: ICommandPalette | null,
  toolbars: IToolbarWidgetRegistry | null,
  settingRegistry: ISettingRegistry | null,
  translator: ITranslator | null
): Promise<void> {
  const trans = (translator ?? nullTranslator).load('tinytorch_lab');
  const category = trans.__('TinyTorch');
  const navigator = addNavigator(app, restorer, trans);
  if (notebooks !== null) {
    addStopwatch(app, notebooks, trans);
    palette?.addItem({ command: CommandIDs.toggleMeasure, category });
    if (toolbars !== null) {
      addToolbarButton(app, toolbars);
    }
  }
  for (const command of [
    CommandIDs.openNavigator,
    CommandIDs.openModule,
    CommandIDs.refreshCourse
  ]) {
    palette?.addItem({ command, category });
  }
  if (labShell !== null) {
    const settings = (await settingRegistry?.load(plugin.id)) ?? null;
    // Not awaited: the application is restored only after its plugins are active.
    void openAtStart(app, labShell, settings, navigator);
  }
}

export default plugin;
