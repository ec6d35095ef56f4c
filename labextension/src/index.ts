import {
  ILabShell,
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette, IToolbarWidgetRegistry } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStateDB } from '@jupyterlab/statedb';
import {
  ITranslator,
  nullTranslator,
  type TranslationBundle
} from '@jupyterlab/translation';

import { classPlugin } from './class/plugin';
import { CommandIDs } from './commands';
import { followAskSetting } from './complexity/setting';
import { addCopying } from './copy/plugin';
import { addMeasureAll } from './measure-all/plugin';
import { addNavigator, openAtStart } from './navigator/plugin';
import { addCleanTime } from './rerun/plugin';
import { kernelSettings, SettingsSender } from './settings/kernel-settings';
import { addStopwatch, addToolbarItems } from './stopwatch/plugin';

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
    IStateDB,
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
  state: IStateDB | null,
  translator: ITranslator | null
): Promise<void> {
  const trans = (translator ?? nullTranslator).load('tinytorch_lab');
  const category = trans.__('TinyTorch');
  const navigator = addNavigator({
    app,
    tracker: notebooks,
    restorer,
    state,
    trans
  });
  if (notebooks !== null) {
    addMeasuring(app, notebooks, trans);
    if (toolbars !== null) {
      addToolbarItems(app, toolbars, trans);
    }
  }
  for (const command of [
    ...(notebooks === null ? [] : MEASURING),
    ...navigator.commands
  ]) {
    palette?.addItem({ command, category });
  }
  const settings = (await settingRegistry?.load(plugin.id)) ?? null;
  if (settings !== null) {
    followAskSetting(settings);
  }
  if (notebooks !== null && settings !== null) {
    const sender = new SettingsSender(
      notebooks,
      kernelSettings(settings.composite)
    );
    settings.changed.connect(() =>
      sender.change(kernelSettings(settings.composite))
    );
  }
  if (labShell !== null) {
    // Not awaited: the application is restored only after its plugins are active.
    void openAtStart(app, labShell, settings, navigator);
  }
}

const MEASURING = [
  CommandIDs.toggleMeasure,
  CommandIDs.measureAll,
  CommandIDs.cleanTime,
  CommandIDs.copyText,
  CommandIDs.copyImage
];

function addMeasuring(
  app: JupyterFrontEnd,
  notebooks: INotebookTracker,
  trans: TranslationBundle
): void {
  addStopwatch(app, notebooks, trans);
  addCleanTime(app, notebooks, trans);
  addCopying(app, notebooks, trans);
  addMeasureAll(app, notebooks, trans);
}

export default [plugin, classPlugin];
