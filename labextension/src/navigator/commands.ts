import type { JupyterFrontEnd } from '@jupyterlab/application';
import { InputDialog, Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

import { CommandIDs } from '../commands';
import type { CourseModel } from '../course/model';
import { messageOf } from '../message-of';
import type { ModuleTasks } from '../work/tasks';
import type { NavigatorPanel } from './panel';

/** Milliseconds that an error stays on the screen; it remains in JupyterLab's notification list. */
const ERROR_SHOWN_MS = 10000;

export interface ICourseCommandOptions {
  app: JupyterFrontEnd;
  model: CourseModel;
  panel: NavigatorPanel;
  tasks: ModuleTasks;
  trans: TranslationBundle;
}

/** Registers the commands about the course as a whole; answers the ids for the palette. */
export function addCourseCommands(options: ICourseCommandOptions): string[] {
  addPanelCommands(options);
  addOpening(options);
  return [
    CommandIDs.openNavigator,
    CommandIDs.searchModules,
    CommandIDs.goOn,
    CommandIDs.openMilestone,
    CommandIDs.refreshCourse,
    CommandIDs.makeFolder
  ];
}

const NO_ARGUMENTS = { args: { type: 'object', properties: {} } };

function addPanelCommands(options: ICourseCommandOptions): void {
  const { app, model, panel, trans } = options;
  const { commands } = app;
  commands.addCommand(CommandIDs.openNavigator, {
    label: trans.__('Show the Course'),
    caption: trans.__('Show the modules of the course in the side bar'),
    execute: () => {
      app.shell.activateById(panel.id);
      panel.focusTree();
    },
    describedBy: NO_ARGUMENTS
  });
  commands.addCommand(CommandIDs.searchModules, {
    label: trans.__('Search the Modules'),
    execute: () => {
      app.shell.activateById(panel.id);
      panel.focusSearch();
    },
    describedBy: NO_ARGUMENTS
  });
  commands.addCommand(CommandIDs.refreshCourse, {
    label: trans.__('Refresh the Course'),
    execute: () => model.refresh(),
    describedBy: NO_ARGUMENTS
  });
  commands.addCommand(CommandIDs.makeFolder, {
    label: trans.__('Make the Course Folder'),
    caption: trans.__('Make the folder "course" where JupyterLab was started'),
    isEnabled: () => model.course !== null && model.course.folder === null,
    execute: async () => {
      app.shell.activateById(panel.id);
      await model.makeFolder();
    },
    describedBy: NO_ARGUMENTS
  });
  model.stateChanged.connect(() =>
    commands.notifyCommandChanged(CommandIDs.makeFolder)
  );
}

function addOpening(options: ICourseCommandOptions): void {
  const { app, model, tasks, trans } = options;
  app.commands.addCommand(CommandIDs.openModule, {
    label: trans.__('Open a Module'),
    execute: args =>
      said(trans, async () => {
        const module = args['module'];
        await model.open(typeof module === 'string' ? module : await next());
      }),
    describedBy: oneArgument(
      'module',
      trans.__('Id of the module, e.g. 01_tensor; without it, the next one')
    )
  });
  app.commands.addCommand(CommandIDs.goOn, {
    label: trans.__('Continue Where I Left Off'),
    caption: trans.__('Open your module at its first step that is not done'),
    execute: () =>
      said(trans, async () => {
        await next();
        if (model.next !== null) {
          await tasks.goOn(model.next);
        }
      }),
    describedBy: NO_ARGUMENTS
  });
  app.commands.addCommand(CommandIDs.openMilestone, {
    label: trans.__('Open a Milestone…'),
    execute: args =>
      said(trans, async () => {
        const given = args['milestone'];
        const id =
          typeof given === 'string' ? given : await askMilestone(model, trans);
        if (id !== null) {
          await model.openMilestone(id);
        }
      }),
    describedBy: oneArgument(
      'milestone',
      trans.__('Id of the milestone; without it, you are asked')
    )
  });

  async function next(): Promise<string> {
    await model.refresh();
    if (model.next === null) {
      throw new Error(
        model.error ?? trans.__('There is none to go on with here.')
      );
    }
    return model.next.id;
  }
}

async function askMilestone(
  model: CourseModel,
  trans: TranslationBundle
): Promise<string | null> {
  const milestones = model.course?.milestones ?? [];
  const names = milestones.map(({ number, title }) => `${number} ${title}`);
  const answer = await InputDialog.getItem({
    title: trans.__('Open a milestone'),
    items: names
  });
  return answer.button.accept && answer.value !== null
    ? (milestones[names.indexOf(answer.value)]?.id ?? null)
    : null;
}

/** Says why a notebook was not opened. */
async function said(
  trans: TranslationBundle,
  open: () => Promise<void>
): Promise<void> {
  try {
    await open();
  } catch (error) {
    Notification.error(
      trans.__('The notebook was not opened. %1', messageOf(error)),
      { autoClose: ERROR_SHOWN_MS }
    );
  }
}

function oneArgument(name: string, description: string): object {
  return {
    args: {
      type: 'object',
      properties: { [name]: { type: 'string', description } }
    }
  };
}
