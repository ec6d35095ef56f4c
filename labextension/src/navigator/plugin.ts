import type {
  ILabShell,
  ILayoutRestorer,
  JupyterFrontEnd
} from '@jupyterlab/application';
import type { INotebookTracker } from '@jupyterlab/notebook';
import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { IStateDB } from '@jupyterlab/statedb';
import type { TranslationBundle } from '@jupyterlab/translation';
import { DisposableDelegate } from '@lumino/disposable';
import { Menu } from '@lumino/widgets';

import { CommandIDs } from '../commands';
import { courseApi } from '../course/api';
import type { IModule } from '../course/course';
import { CourseModel } from '../course/model';
import type { IModuleActions } from '../work/actions';
import { addModuleCommands, MENU } from '../work/commands';
import { WorkModel } from '../work/model';
import { keepHints } from '../work/kept-hints';
import { OpenNotebooks } from '../work/notebooks';
import { OutlineModel } from '../work/outline-model';
import { ModuleTasks } from '../work/tasks';
import { addCourseCommands } from './commands';
import { followFront } from './front';
import { followLast } from './last';
import { NavigatorPanel } from './panel';
import type { ICourseActions } from './view';

export interface INavigatorOptions {
  app: JupyterFrontEnd;
  tracker: INotebookTracker | null;
  restorer: ILayoutRestorer | null;
  state: IStateDB | null;
  trans: TranslationBundle;
}

export interface INavigator {
  model: CourseModel;
  panel: NavigatorPanel;
  /** Ids for the palette. */
  commands: string[];
}

/** Adds the navigator to the left side bar, with its commands. */
export function addNavigator(options: INavigatorOptions): INavigator {
  const { app, tracker, restorer, state, trans } = options;
  const api = courseApi(trans);
  const notebooks = new OpenNotebooks(app, tracker, trans);
  const model = new CourseModel({
    api,
    openPath: path => notebooks.open(path)
  });
  const work = new WorkModel(api, notebooks, trans);
  const outline = new OutlineModel(api);
  const actions = moduleActions(app);
  const panel = new NavigatorPanel({
    navigator: { model, actions: courseActions(app), trans },
    module: { course: model, work, outline, actions, trans }
  });
  const tasks = new ModuleTasks({
    app,
    api,
    course: model,
    work,
    outline,
    notebooks,
    tracker,
    showPanel: () => app.shell.activateById(panel.id),
    trans
  });
  app.shell.add(panel, 'left', { rank: 150 });
  restorer?.add(panel, panel.id);
  followNotebooks(app, tracker, notebooks, { model, work, outline });
  followLast(model, window.localStorage);
  if (state !== null) {
    void keepHints(outline, state);
  }
  const commands = [
    ...addCourseCommands({ app, model, panel, tasks, trans }),
    ...addModuleCommands({ app, course: model, work, tasks, trans })
  ];
  return { model, panel, commands };
}

/**
 * Shows the navigator after the start: if the settings want it, the server stands in a student folder, and the
 * restored layout has never held the navigator (else the user has decided where it is).
 */
export async function openAtStart(
  app: JupyterFrontEnd,
  labShell: ILabShell,
  settings: ISettingRegistry.ISettings | null,
  navigator: INavigator
): Promise<void> {
  const { model, panel } = navigator;
  const answered = model.refresh();
  const layout = await labShell.restored;
  await app.restored;
  await answered;
  const wanted = settings?.get('openNavigatorAtStart').composite !== false;
  const known = layout.leftArea?.widgets?.includes(panel) ?? false;
  if (wanted && !known && model.course?.folder?.kind === 'student') {
    app.shell.activateById(panel.id);
  }
}

/** Buttons do what the commands do. */
function courseActions(app: JupyterFrontEnd): ICourseActions {
  const run = (command: string, args = {}) =>
    void app.commands.execute(command, args);
  return {
    open: module => run(CommandIDs.openModule, { module }),
    openMilestone: milestone => run(CommandIDs.openMilestone, { milestone }),
    goOn: () => run(CommandIDs.goOn),
    makeFolder: () => run(CommandIDs.makeFolder),
    updateFrom: () => run(CommandIDs.updateFrom)
  };
}

function moduleActions(app: JupyterFrontEnd): IModuleActions {
  const run = (command: string, module: IModule, args = {}) =>
    void app.commands.execute(command, { module: module.id, ...args });
  return {
    open: module => run(CommandIDs.openModule, module),
    test: module => run(CommandIDs.testModule, module),
    complete: module => run(CommandIDs.completeModule, module),
    use: (module, mine) =>
      run(mine ? CommandIDs.useMine : CommandIDs.useReference, module),
    update: module => run(CommandIDs.updateModule, module),
    feedback: module => run(CommandIDs.openFeedback, module),
    jump: (module, cell) => run(CommandIDs.goToCell, module, { cell }),
    more: (module, below) => openMenu(app, module, below),
    restartKernels: () => void app.commands.execute(CommandIDs.restartKernels)
  };
}

function openMenu(
  app: JupyterFrontEnd,
  module: IModule,
  below: HTMLElement
): void {
  const menu = new Menu({ commands: app.commands });
  menu.addClass('tt-ModuleMenu');
  for (const command of MENU) {
    menu.addItem({ command, args: { module: module.id } });
  }
  // Not at once: the command of a chosen item runs after the menu has closed.
  menu.aboutToClose.connect(() => {
    below.focus();
    requestAnimationFrame(() => menu.dispose());
  });
  const { left, bottom } = below.getBoundingClientRect();
  menu.open(left, bottom);
}

/** What is saved may have solved a step; what comes to the front is the module to explain. */
function followNotebooks(
  app: JupyterFrontEnd,
  tracker: INotebookTracker | null,
  notebooks: OpenNotebooks,
  models: { model: CourseModel; work: WorkModel; outline: OutlineModel }
): void {
  const { model, work, outline } = models;
  // What makes a notebook unreadable is said with the module.
  const loadOutline = async (front: IModule | null) => {
    if (front !== null && front.problem === null) {
      await outline.load(front.id);
    }
  };
  const lookAgain = async () => {
    await model.refresh();
    await loadOutline(model.front);
  };
  followFront(model, front => void loadOutline(front));
  work.courseChanged.connect(() => void lookAgain());
  tracker?.currentChanged.connect(() => model.setFront(notebooks.front));
  app.docRegistry.addWidgetExtension('Notebook', {
    createNew: (_panel, context) => {
      const onSave = (_: unknown, state: string) => {
        if (state === 'completed') {
          void lookAgain();
        }
      };
      // Somebody renamed it, or the folder that it is in, in the file browser.
      const onRename = () => {
        model.setFront(notebooks.front);
        void lookAgain();
      };
      context.saveState.connect(onSave);
      context.pathChanged.connect(onRename);
      return new DisposableDelegate(() => {
        context.saveState.disconnect(onSave);
        context.pathChanged.disconnect(onRename);
      });
    }
  });
}
