/** What is said when a cell was to be measured, and its kernel cannot: the kernel's Python lacks the package, or did not load it. */

import type { ICellModel } from '@jupyterlab/cells';
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';

import { isMeasured } from './metadata';

/** What the kernel's Python has of ours. */
export interface IKernelPart {
  /** Our extension runs in this kernel. */
  loaded: boolean;
  /** The package could be imported. */
  installed: boolean;
}

const MAGIC = /^\s*%%?(measure|complexity)\b/;

/** Expressions, so that no name is left in the notebook. */
const QUESTIONS = {
  loaded: "'measure' in get_ipython().magics_manager.magics['cell']",
  installed:
    "__import__('importlib.util', fromlist=['find_spec']).find_spec('tinytorch_lab') is not None"
};

/** Whether a run of this cell should have been measured: by the stopwatch, or by a magic in its first line. */
function wantsMeasuring(cell: ICellModel): boolean {
  return isMeasured(cell) || MAGIC.test(cell.sharedModel.getSource());
}

/** Asks the kernel, silently; null if it is not IPython, does not answer now, or goes away. */
async function askKernel(
  kernel: Kernel.IKernelConnection
): Promise<IKernelPart | null> {
  let reply: KernelMessage.IExecuteReplyMsg | undefined;
  try {
    const { language_info } = await kernel.info;
    if (language_info.name !== 'python') {
      return null;
    }
    reply = await kernel.requestExecute({
      code: '',
      silent: true,
      store_history: false,
      user_expressions: QUESTIONS
    }).done;
  } catch {
    // The kernel has died, or went away before it answered: there is nothing to advise then.
    return null;
  }
  return reply?.content.status === 'ok'
    ? readPart(reply.content.user_expressions)
    : null;
}

/** Values come as Python shows them. */
function readPart(answers: object | undefined): IKernelPart | null {
  const shown = (name: keyof typeof QUESTIONS): unknown =>
    (answers as Record<string, IAnswer> | undefined)?.[name]?.data?.[
      'text/plain'
    ];
  const [loaded, installed] = [shown('loaded'), shown('installed')];
  return loaded === undefined || installed === undefined
    ? null
    : { loaded: loaded === 'True', installed: installed === 'True' };
}

/** The kernel's answer to one expression; without data if that failed. */
interface IAnswer {
  data?: Record<string, unknown>;
}

/** What to do so that this kernel measures; null if it does. JupyterLab cuts what is longer than 140 characters. */
function adviceFor(part: IKernelPart, trans: TranslationBundle): string | null {
  if (part.loaded) {
    return null;
  }
  return part.installed
    ? trans.__(
        'Nothing was measured: tinytorch-lab is not loaded in this kernel. Run %load_ext tinytorch_lab in a cell.'
      )
    : trans.__(
        'Nothing was measured: this kernel has no tinytorch-lab. Run %pip install tinytorch-lab in a cell, then restart the kernel.'
      );
}

/** Says it once a kernel, and again if it becomes another advice, as after an installation that is not loaded. */
export class MissingTeller {
  constructor(
    private _say: (advice: string) => void,
    private _trans: TranslationBundle
  ) {}

  /** A cell has run in the kernel. */
  async afterRun(
    cell: ICellModel,
    kernel: Kernel.IKernelConnection | null | undefined
  ): Promise<void> {
    if (wantsMeasuring(cell)) {
      await this.afterMeasuredRun(kernel);
    }
  }

  /** A cell that should have been measured has run in the kernel. */
  async afterMeasuredRun(
    kernel: Kernel.IKernelConnection | null | undefined
  ): Promise<void> {
    if (!kernel || this._said.get(kernel.id) === null) {
      return;
    }
    const part = await askKernel(kernel);
    if (part === null) {
      return;
    }
    const advice = adviceFor(part, this._trans);
    const before = this._said.get(kernel.id);
    this._said.set(kernel.id, advice);
    if (advice !== null && advice !== before) {
      this._say(advice);
    }
  }

  /** By kernel: the last advice; null if it measures. */
  private _said = new Map<string, string | null>();
}
