import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { TranslationBundle } from '@jupyterlab/translation';
import { fileUploadIcon } from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { CommandIDs } from '../commands';
import { findModule, type IModule } from '../course/course';
import type { CourseModel } from '../course/model';
import type { WorkModel } from './model';
import type { ModuleTasks } from './tasks';

/** A command about one module: that of its arguments, else the selected one. */
interface IModuleCommand {
  id: string;
  label: string;
  caption: string;
  execute: (module: IModule, args: ReadonlyPartialJSONObject) => Promise<void>;
  /** Default: whenever the module has a lesson. */
  isEnabled?: (module: IModule) => boolean;
}

export interface IModuleCommandOptions {
  app: JupyterFrontEnd;
  course: CourseModel;
  work: WorkModel;
  tasks: ModuleTasks;
  trans: TranslationBundle;
}

/** The commands that the menu of a module shows, in its order. */
export const MENU = [
  CommandIDs.showHint,
  CommandIDs.compareModule,
  CommandIDs.useMine,
  CommandIDs.useReference,
  CommandIDs.submitModule,
  CommandIDs.openFeedback,
  CommandIDs.updateModule,
  CommandIDs.resetModule
];

/** Registers what can be done with a module; answers the ids for the palette. */
export function addModuleCommands(options: IModuleCommandOptions): string[] {
  const { app, course, work, tasks, trans } = options;
  const table = [...runs(options), ...others(tasks, trans)];
  // For buttons only: nobody knows a cell's id by heart.
  for (const command of [...table, goToCell(tasks, trans)]) {
    addModuleCommand(app, course, command, trans);
  }
  const plain = { describedBy: { args: { type: 'object', properties: {} } } };
  app.commands.addCommand(CommandIDs.cancelRun, {
    label: trans.__('Cancel the Tests'),
    isEnabled: () => work.running !== null,
    execute: () => work.cancel(),
    ...plain
  });
  app.commands.addCommand(CommandIDs.updateAll, {
    label: trans.__('Update All Modules'),
    caption: trans.__('Bring all lessons to this version; your work stays'),
    execute: () => tasks.updateAll(),
    ...plain
  });
  app.commands.addCommand(CommandIDs.updateFrom, {
    label: trans.__('Update from a File…'),
    caption: trans.__(
      'Bring the lessons of a zip that your course gave you; your work stays'
    ),
    icon: fileUploadIcon,
    isEnabled: () => hasFolder(course) && !work.isBusy,
    execute: () => tasks.updateFrom(),
    ...plain
  });
  app.commands.addCommand(CommandIDs.restartKernels, {
    label: trans.__('Restart All Python Kernels'),
    caption: trans.__('So that they import the modules that are in use now'),
    execute: () => tasks.restartKernels(),
    ...plain
  });
  const ids = [
    ...table.map(({ id }) => id),
    CommandIDs.cancelRun,
    CommandIDs.updateAll,
    CommandIDs.updateFrom,
    CommandIDs.restartKernels
  ];
  const notify = () => ids.forEach(id => app.commands.notifyCommandChanged(id));
  course.stateChanged.connect(notify);
  work.stateChanged.connect(notify);
  return ids;
}

function hasFolder(course: CourseModel): boolean {
  return (course.course?.folder ?? null) !== null;
}

function addModuleCommand(
  app: JupyterFrontEnd,
  course: CourseModel,
  command: IModuleCommand,
  trans: TranslationBundle
): void {
  const moduleOf = (id: unknown) =>
    typeof id === 'string' ? findModule(course.course, id) : course.selected;
  app.commands.addCommand(command.id, {
    label: command.label,
    caption: command.caption,
    isEnabled: args => {
      const module = moduleOf(args['module']);
      return (
        module !== null &&
        module.state !== 'unavailable' &&
        (command.isEnabled?.(module) ?? true)
      );
    },
    execute: async args => {
      const module = moduleOf(args['module']);
      if (module !== null) {
        await command.execute(module, args);
      }
    },
    describedBy: {
      args: {
        type: 'object',
        properties: {
          module: {
            type: 'string',
            description: trans.__(
              'Id of the module, e.g. 01_tensor; without it, the selected one'
            )
          },
          cell: {
            type: 'string',
            description: trans.__('Id of a cell, for going there')
          }
        }
      }
    }
  });
}

function runs(options: IModuleCommandOptions): IModuleCommand[] {
  const { work, tasks, trans } = options;
  const isEnabled = () => work.running === null;
  return [
    {
      id: CommandIDs.testModule,
      label: trans.__('Test the Module'),
      caption: trans.__('Run the tests of your notebook in a fresh kernel'),
      execute: module => tasks.run('test', module),
      isEnabled
    },
    {
      id: CommandIDs.completeModule,
      label: trans.__('Complete the Module'),
      caption: trans.__(
        'Test, then let later modules run on your code of this one'
      ),
      execute: module => tasks.run('complete', module),
      isEnabled
    }
  ];
}

function goToCell(
  tasks: ModuleTasks,
  trans: TranslationBundle
): IModuleCommand {
  return {
    id: CommandIDs.goToCell,
    label: trans.__('Go to a Cell of the Module'),
    caption: trans.__('Open the notebook at the cell with this id'),
    execute: (module, args) => tasks.jump(module, String(args['cell']))
  };
}

function others(
  tasks: ModuleTasks,
  trans: TranslationBundle
): IModuleCommand[] {
  return [
    {
      id: CommandIDs.showHint,
      label: trans.__('Show a Hint'),
      caption: trans.__('One hint more for the exercise that you are at'),
      execute: module => tasks.hint(module)
    },
    {
      id: CommandIDs.compareModule,
      label: trans.__('Compare with the Solution'),
      caption: trans.__('Your code beside the reference, function by function'),
      execute: module => tasks.compare(module)
    },
    {
      id: CommandIDs.useMine,
      label: trans.__('Run Later Modules on Mine'),
      caption: trans.__('Later modules import your completed code'),
      execute: module => tasks.use(module, true),
      isEnabled: module => module.completed && module.source === 'reference'
    },
    {
      id: CommandIDs.useReference,
      label: trans.__('Run Later Modules on the Reference'),
      caption: trans.__('Later modules import the reference; yours is kept'),
      execute: module => tasks.use(module, false),
      isEnabled: module => module.completed && module.source === 'mine'
    },
    {
      id: CommandIDs.submitModule,
      label: trans.__('Make the File to Hand In'),
      caption: trans.__('One file with the notebook, and a receipt'),
      execute: module => tasks.submit(module)
    },
    {
      id: CommandIDs.openFeedback,
      label: trans.__('Read the Feedback'),
      caption: trans.__("The instructor's feedback on this module"),
      execute: module => tasks.openFeedback(module),
      isEnabled: module => module.feedback !== null
    },
    {
      id: CommandIDs.updateModule,
      label: trans.__('Update the Module'),
      caption: trans.__('Bring the lesson to this version; your work stays'),
      execute: module => tasks.update(module)
    },
    {
      id: CommandIDs.resetModule,
      label: trans.__('Reset the Module…'),
      caption: trans.__('The notebook as it was given; yours goes to backups'),
      execute: module => tasks.reset(module)
    }
  ];
}
