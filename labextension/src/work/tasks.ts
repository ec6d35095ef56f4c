import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { INotebookTracker } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';

import { mayCompare, showComparison, wantsAnyway } from '../compare/open';
import type { ICourseApi, RunKind } from '../course/api';
import type { IModule } from '../course/course';
import type { CourseModel } from '../course/model';
import { messageOf } from '../message-of';
import { fullName } from '../navigator/texts';
import { restartPythonKernels } from './kernels';
import { chooseFile, readChosen } from './choose-file';
import type { WorkModel } from './model';
import type { OpenNotebooks } from './notebooks';
import { firstOpen, type OutlineModel } from './outline-model';

export interface ITaskOptions {
  app: JupyterFrontEnd;
  api: ICourseApi;
  course: CourseModel;
  work: WorkModel;
  outline: OutlineModel;
  notebooks: OpenNotebooks;
  tracker: INotebookTracker | null;
  /** Brings the panel into sight, where results are shown. */
  showPanel: () => void;
  trans: TranslationBundle;
}

/** What can be done with a module, asked for by buttons and commands alike. */
export class ModuleTasks {
  constructor(private _options: ITaskOptions) {}

  async run(kind: RunKind, module: IModule): Promise<void> {
    this._show(module);
    await this._options.work.start(kind, module.id, pathOf(module));
  }

  async use(module: IModule, mine: boolean): Promise<void> {
    this._show(module);
    await this._options.work.use(module.id, mine);
  }

  async submit(module: IModule): Promise<void> {
    this._show(module);
    await this._options.work.submit(module.id, pathOf(module));
  }

  async update(module: IModule): Promise<void> {
    this._show(module);
    await this._options.work.update([pathOf(module)], module.id);
  }

  async updateAll(): Promise<void> {
    this._options.showPanel();
    await this._options.work.update(this._paths());
  }

  /** Asks for a release, a zip, and brings what it holds into the folder. */
  async updateFrom(): Promise<void> {
    const { work, showPanel, trans } = this._options;
    const file = await chooseFile('.zip');
    if (file !== null) {
      showPanel();
      await work.updateFrom(this._paths(), () => readChosen(file, trans));
    }
  }

  /** Asks first: the notebook is replaced. */
  async reset(module: IModule): Promise<void> {
    const { trans, work } = this._options;
    const answer = await showDialog({
      title: trans.__('Begin %1 anew?', fullName(module)),
      body: trans.__(
        'The notebook becomes as it was given. What you have now is kept as a dated copy in the folder "backups". Your completed code stays in use.'
      ),
      buttons: [
        Dialog.cancelButton(),
        Dialog.warnButton({ label: trans.__('Reset') })
      ]
    });
    if (answer.button.accept) {
      this._show(module);
      await work.reset(module.id, pathOf(module));
    }
  }

  /** The student's code beside the reference's; asks first if the tests do not pass yet. */
  async compare(module: IModule): Promise<void> {
    const { app, api, work, trans } = this._options;
    const may = mayCompare(module);
    if (!may && !(await wantsAnyway(module, trans))) {
      return;
    }
    try {
      const pairs = await api.solution(module.id, !may);
      showComparison(app, module, pairs, trans);
    } catch (error) {
      this._show(module);
      work.refuse(module.id, messageOf(error));
    }
  }

  /** Shows a hint for the exercise that the cursor is in, else for the first one that is not done. */
  async hint(module: IModule): Promise<void> {
    const { outline, notebooks, work, trans } = this._options;
    this._show(module);
    if (outline.of(module.id) === null) {
      await outline.load(module.id);
    }
    const outlined = outline.of(module.id);
    const steps = outlined?.steps ?? [];
    const active = steps.find(step => step.cellId === notebooks.activeCell);
    const open = steps.filter(step => !step.done && step.hints.length > 0);
    const step = active ?? open[0];
    if (step === undefined || !outline.showHint(step)) {
      const why = outlined?.error ?? trans.__('There is no further hint here.');
      work.refuse(module.id, why);
    }
  }

  async jump(module: IModule, cellId: string): Promise<void> {
    const { api, notebooks, work, trans } = this._options;
    try {
      if (!(await notebooks.jump(await api.open(module.id), cellId))) {
        const sentence = trans.__(
          'This cell is not in your notebook any more. Tests that were given run all the same.'
        );
        work.refuse(module.id, sentence);
      }
    } catch (error) {
      work.refuse(module.id, messageOf(error));
    }
  }

  /** Opens the module at its first step that is not done. */
  async goOn(module: IModule): Promise<void> {
    const { course, outline } = this._options;
    await course.open(module.id);
    await outline.load(module.id);
    const step = firstOpen(outline.of(module.id)?.steps ?? []);
    if (step !== null) {
      await this.jump(module, step.cellId);
    }
  }

  async openFeedback(module: IModule): Promise<void> {
    if (module.feedback !== null) {
      await this._options.app.commands.execute('docmanager:open', {
        path: module.feedback
      });
    }
  }

  async restartKernels(): Promise<void> {
    const { app, tracker, work, course } = this._options;
    try {
      await restartPythonKernels(app.serviceManager, tracker);
      work.dismissRestart();
    } catch (error) {
      work.refuse(course.selected?.id ?? '', messageOf(error));
    }
  }

  /** Of all notebooks. */
  private _paths(): string[] {
    const modules = this._options.course.course?.modules ?? [];
    return modules.map(pathOf).filter(path => path !== '');
  }

  private _show(module: IModule): void {
    this._options.course.select(module.id);
    this._options.showPanel();
  }
}

/** Empty for a module without a notebook, which no open one has. */
function pathOf(module: IModule): string {
  return module.path ?? '';
}
