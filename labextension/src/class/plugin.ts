import {
  ILabShell,
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import {
  ITranslator,
  nullTranslator,
  type TranslationBundle
} from '@jupyterlab/translation';

import { CommandIDs } from '../commands';
import { GradingPanels } from '../grading/open';
import { classApi, isInstructor } from './api';
import { addClassCommands } from './commands';
import type { IClassModule } from './data';
import { AuthorFiles } from './files';
import { ClassModel } from './model';
import { ClassPanel } from './panel';
import type { IClassActions } from './panel-props';
import { ReleaseModel } from './release-model';
import { ClassTasks } from './tasks';

/** The class: modules, releases and previews. It is there for instructors only; the server refuses everybody else. */
export const classPlugin: JupyterFrontEndPlugin<void> = {
  id: 'tinytorch-lab:class',
  description: 'The class of a TinyTorch course, for its instructor.',
  autoStart: true,
  requires: [IDocumentManager],
  optional: [ILabShell, ILayoutRestorer, ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    manager: IDocumentManager,
    labShell: ILabShell | null,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ) => {
    if (isInstructor()) {
      const trans = (translator ?? nullTranslator).load('tinytorch_lab');
      const { panel, commands } = addClass(app, manager, restorer, trans);
      const category = trans.__('TinyTorch Class');
      commands.forEach(command => palette?.addItem({ command, category }));
      if (labShell !== null) {
        // Not awaited: the application is restored only after its plugins are active.
        void openAtStart(app, labShell, panel);
      }
    }
  }
};

function addClass(
  app: JupyterFrontEnd,
  manager: IDocumentManager,
  restorer: ILayoutRestorer | null,
  trans: TranslationBundle
): { panel: ClassPanel; commands: string[] } {
  const api = classApi(trans);
  const files = new AuthorFiles(app, manager);
  const model = new ClassModel(api);
  const releases = new ReleaseModel(api, trans);
  const showPanel = () => app.shell.activateById(panel.id);
  const tasks = new ClassTasks({
    app,
    api,
    model,
    releases,
    files,
    showPanel,
    trans
  });
  const actions = classActions(app, releases, tasks);
  const panel = new ClassPanel({ model, releases, actions, trans });
  app.shell.add(panel, 'left', { rank: 151 });
  restorer?.add(panel, panel.id);
  follow(model, releases, files, tasks);
  const commands = addClassCommands({
    app,
    model,
    releases,
    files,
    panel,
    tasks,
    actions,
    grading: new GradingPanels(app, files, () => void model.refresh(), trans),
    trans
  });
  return { panel, commands };
}

/** Shows the class after the start, unless the restored layout has held it: then the user has decided where it is. */
async function openAtStart(
  app: JupyterFrontEnd,
  labShell: ILabShell,
  panel: ClassPanel
): Promise<void> {
  const layout = await labShell.restored;
  await app.restored;
  if (!layout.leftArea?.widgets?.includes(panel)) {
    app.shell.activateById(panel.id);
  }
}

/** Buttons do what the commands do. */
function classActions(
  app: JupyterFrontEnd,
  releases: ReleaseModel,
  tasks: ClassTasks
): IClassActions {
  const run = (command: string, module: IClassModule) =>
    void app.commands.execute(command, { module: module.id });
  return {
    openFile: (module, line) => void tasks.openFile(module, line),
    release: module => run(CommandIDs.releaseModule, module),
    preview: module => run(CommandIDs.previewModule, module),
    submissions: module => run(CommandIDs.openSubmissions, module),
    zip: () => void releases.zip(),
    download: path => void tasks.download(path)
  };
}

/** A saved author's file, and a release that has ended, change what the class looks like. */
function follow(
  model: ClassModel,
  releases: ReleaseModel,
  files: AuthorFiles,
  tasks: ClassTasks
): void {
  files.onSave(path => {
    const module = model.byPath(path);
    if (module !== null) {
      void model.refresh();
      void tasks.refreshPreview(module.id);
    }
  });
  releases.classChanged.connect((_, module) => {
    void model.refresh();
    void tasks.refreshPreview(module);
  });
}
