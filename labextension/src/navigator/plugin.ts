import {
  type ILabShell,
  type ILayoutRestorer,
  type JupyterFrontEnd
} from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { TranslationBundle } from '@jupyterlab/translation';
import { DisposableDelegate } from '@lumino/disposable';

import { CommandIDs } from '../commands';
import { requestAPI } from '../request';
import { nextModule, type ICourse } from './course';
import { CourseModel } from './model';
import { NavigatorPanel } from './panel';

/** Milliseconds that an error stays on the screen; it remains in JupyterLab's notification list. */
const ERROR_SHOWN_MS = 10000;

/** Adds the navigator to the left side bar, with its commands. */
export function addNavigator(
  app: JupyterFrontEnd,
  restorer: ILayoutRestorer | null,
  trans: TranslationBundle
): { model: CourseModel; panel: NavigatorPanel } {
  const model = createModel(app, trans);
  const open = (module: string) =>
    void app.commands.execute(CommandIDs.openModule, { module });
  const panel = new NavigatorPanel(model, open, trans);
  app.shell.add(panel, 'left', { rank: 150 });
  restorer?.add(panel, panel.id);
  addCommands(app, model, panel, trans);
  refreshOnSave(app, model);
  return { model, panel };
}

/**
 * Shows the navigator after the start: if the settings want it, the server stands in a student folder, and the
 * restored layout has never held the navigator (else the user has decided where it is).
 */
export async function openAtStart(
  app: JupyterFrontEnd,
  labShell: ILabShell,
  settings: ISettingRegistry.ISettings | null,
  navigator: { model: CourseModel; panel: NavigatorPanel }
): Promise<void> {
  const { model, panel } = navigator;
  const layout = await labShell.restored;
  await app.restored;
  await model.refresh();
  const wanted = settings?.get('openNavigatorAtStart').composite !== false;
  const known = layout.leftArea?.widgets?.includes(panel) ?? false;
  if (wanted && !known && model.course?.folder?.kind === 'student') {
    app.shell.activateById(panel.id);
  }
}

function createModel(
  app: JupyterFrontEnd,
  trans: TranslationBundle
): CourseModel {
  return new CourseModel({
    fetchCourse: () => requestAPI<ICourse>('course', trans),
    fetchPath: async module =>
      (await requestAPI<{ path: string }>('open', trans, { module })).path,
    openPath: path =>
      app.commands.execute('docmanager:open', { path, factory: 'Notebook' })
  });
}

function addCommands(
  app: JupyterFrontEnd,
  model: CourseModel,
  panel: NavigatorPanel,
  trans: TranslationBundle
): void {
  const { commands } = app;
  commands.addCommand(CommandIDs.openNavigator, {
    label: trans.__('Show the Course'),
    caption: trans.__('Show the modules of the course in the side bar'),
    execute: () => {
      app.shell.activateById(panel.id);
      panel.focusTree();
    },
    describedBy: { args: { type: 'object', properties: {} } }
  });
  commands.addCommand(CommandIDs.refreshCourse, {
    label: trans.__('Refresh the Course'),
    execute: () => model.refresh(),
    describedBy: { args: { type: 'object', properties: {} } }
  });
  commands.addCommand(CommandIDs.openModule, {
    label: trans.__('Open the Next Module'),
    caption: trans.__('Open the module that you are at'),
    execute: args => openModule(model, args['module'], trans),
    describedBy: {
      args: {
        type: 'object',
        properties: {
          module: {
            type: 'string',
            description: trans.__(
              'Id of the module, e.g. 01_tensor; without it, the one to go on with'
            )
          }
        }
      }
    }
  });
}

async function openModule(
  model: CourseModel,
  module: unknown,
  trans: TranslationBundle
): Promise<void> {
  try {
    await model.open(typeof module === 'string' ? module : await next(model));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    Notification.error(trans.__('The module was not opened. %1', reason), {
      autoClose: ERROR_SHOWN_MS
    });
  }

  async function next(course: CourseModel): Promise<string> {
    await course.refresh();
    const found = course.course && nextModule(course.course);
    if (!found) {
      throw new Error(
        course.error ?? trans.__('There is none to go on with here.')
      );
    }
    return found.id;
  }
}

/** A saved notebook may have solved an exercise. */
function refreshOnSave(app: JupyterFrontEnd, model: CourseModel): void {
  app.docRegistry.addWidgetExtension('Notebook', {
    createNew: (_panel, context) => {
      const onSave = (_: unknown, state: string) => {
        if (state === 'completed') {
          void model.refresh();
        }
      };
      context.saveState.connect(onSave);
      return new DisposableDelegate(() => {
        context.saveState.disconnect(onSave);
      });
    }
  });
}
