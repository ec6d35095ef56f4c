import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { CommandIDs } from '../commands';
import type { GradingPanels } from '../grading/open';
import type { IClassModule } from './data';
import type { AuthorFiles } from './files';
import type { ClassModel } from './model';
import type { ClassPanel } from './panel';
import type { IClassActions } from './panel-props';
import type { ReleaseModel } from './release-model';
import type { ClassTasks } from './tasks';

export interface IClassCommandOptions {
  app: JupyterFrontEnd;
  model: ClassModel;
  releases: ReleaseModel;
  files: AuthorFiles;
  panel: ClassPanel;
  tasks: ClassTasks;
  actions: IClassActions;
  grading: GradingPanels;
  trans: TranslationBundle;
}

/** Registers what an instructor can do; answers the ids for the palette. */
export function addClassCommands(options: IClassCommandOptions): string[] {
  addPanelCommands(options);
  addModuleCommands(options);
  addGrading(options);
  const ids = [
    CommandIDs.openClass,
    CommandIDs.refreshClass,
    CommandIDs.releaseModule,
    CommandIDs.previewModule,
    CommandIDs.openSubmissions,
    CommandIDs.zipReleases
  ];
  const notify = () =>
    ids.forEach(id => options.app.commands.notifyCommandChanged(id));
  options.model.stateChanged.connect(notify);
  options.releases.stateChanged.connect(notify);
  return ids;
}

const NO_ARGUMENTS = { args: { type: 'object', properties: {} } };

function addPanelCommands(options: IClassCommandOptions): void {
  const { app, model, panel, actions, trans } = options;
  app.commands.addCommand(CommandIDs.openClass, {
    label: trans.__('Show the Class'),
    caption: trans.__('Show the modules of the class in the side bar'),
    execute: () => {
      app.shell.activateById(panel.id);
      panel.focusList();
    },
    describedBy: NO_ARGUMENTS
  });
  app.commands.addCommand(CommandIDs.refreshClass, {
    label: trans.__('Refresh the Class'),
    execute: () => model.refresh(),
    describedBy: NO_ARGUMENTS
  });
  app.commands.addCommand(CommandIDs.zipReleases, {
    label: trans.__('Make a ZIP of All Releases'),
    caption: trans.__('One file for an LMS or a web page'),
    execute: () => {
      app.shell.activateById(panel.id);
      actions.zip();
    },
    describedBy: NO_ARGUMENTS
  });
}

function addModuleCommands(options: IClassCommandOptions): void {
  const { app, model, releases, tasks, actions, trans } = options;
  const moduleOf = (args: ReadonlyPartialJSONObject) => chosen(options, args);
  app.commands.addCommand(CommandIDs.releaseModule, {
    label: trans.__('Release the Module'),
    caption: trans.__('Check, prove, strip solutions, and give it to students'),
    isEnabled: args => {
      const module = moduleOf(args);
      return module?.reason === null && releases.running === null;
    },
    execute: async args => {
      const module = moduleOf(args);
      if (module !== null) {
        await tasks.release(module);
      }
    },
    describedBy: oneModule(trans)
  });
  app.commands.addCommand(CommandIDs.previewModule, {
    label: trans.__('Preview Student Version'),
    caption: trans.__(
      'What students get; it follows the file each time that you save it'
    ),
    execute: async args => {
      await model.refreshIfOld();
      const module = moduleOf(args);
      if (module !== null) {
        await tasks.preview(module, actions);
      }
    },
    describedBy: oneModule(trans)
  });
}

function addGrading(options: IClassCommandOptions): void {
  const { app, grading, trans } = options;
  app.commands.addCommand(CommandIDs.openSubmissions, {
    label: trans.__('Collect and Grade Submissions'),
    caption: trans.__('The submissions of the module, and what came of each'),
    isEnabled: args => {
      const module = chosen(options, args);
      return module !== null && module.version !== null;
    },
    execute: async args => {
      const module = chosen(options, args);
      if (module !== null) {
        await grading.open(module);
      }
    },
    describedBy: oneModule(trans)
  });
}

/** The module that is named, else that of the author's file in front, else the selected one. */
function chosen(
  options: IClassCommandOptions,
  args: ReadonlyPartialJSONObject
): IClassModule | null {
  const { model, files } = options;
  const id = args['module'];
  return typeof id === 'string'
    ? model.find(id)
    : (model.byPath(files.front) ?? model.selected);
}

function oneModule(trans: TranslationBundle): object {
  return {
    args: {
      type: 'object',
      properties: {
        module: {
          type: 'string',
          description: trans.__(
            "Id of the module, e.g. 01_tensor; without it, that of the author's file in front, else the selected one"
          )
        }
      }
    }
  };
}
