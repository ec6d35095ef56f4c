/** The settings that kernels must know, and how they reach them. */

import type { ISessionContext } from '@jupyterlab/apputils';
import type { INotebookTracker } from '@jupyterlab/notebook';
import type { Kernel } from '@jupyterlab/services';
import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { JSONObject } from '@lumino/coreutils';

/** Name of the comm that the kernel half listens to. */
const COMM_TARGET = 'tinytorch-lab:settings';

/** What goes to a kernel. */
export interface IKernelSettings extends JSONObject {
  mode: 'default' | 'time' | 'memory';
  /** Seconds of tracing in the default mode. */
  trace_budget: number;
  /** Seconds between two samples of memory. */
  sampling_s: number;
  /** Whether figures change while a cell runs. */
  live: boolean;
}

/** What a kernel does that was told nothing; the same as in schema/plugin.json. */
export const DEFAULTS: IKernelSettings = {
  mode: 'default',
  trace_budget: 1.5,
  sampling_s: 0.01,
  live: true
};

/** The composite settings of the plugin as a kernel wants them. */
export function kernelSettings(
  composite: ISettingRegistry.ISettings['composite']
): IKernelSettings {
  return {
    mode: (composite['mode'] ?? DEFAULTS.mode) as IKernelSettings['mode'],
    trace_budget: Number(composite['traceBudget'] ?? DEFAULTS.trace_budget),
    sampling_s:
      Number(composite['samplingInterval'] ?? 1000 * DEFAULTS.sampling_s) /
      1000,
    live: composite['live'] !== false
  };
}

/** The part of a session context that is watched. */
type IWatched = Pick<
  ISessionContext,
  'kernelChanged' | 'statusChanged' | 'session'
>;

/** Tells every Python kernel of the open notebooks, when it starts, and whenever the settings change. */
export class SettingsSender {
  constructor(
    private _notebooks: INotebookTracker,
    private _settings: IKernelSettings
  ) {
    _notebooks.forEach(panel => this._watch(panel.sessionContext));
    _notebooks.widgetAdded.connect((_, panel) =>
      this._watch(panel.sessionContext)
    );
  }

  /** New settings, for kernels that run and for later ones. */
  change(settings: IKernelSettings): void {
    this._settings = settings;
    this._notebooks.forEach(panel => {
      const kernel = panel.sessionContext.session?.kernel;
      if (kernel) {
        void this._tell(kernel);
      }
    });
  }

  private _watch(context: IWatched): void {
    context.kernelChanged.connect((_, { newValue }) => {
      if (newValue) {
        void this._tell(newValue);
      }
    });
    context.statusChanged.connect((_, status) => {
      const kernel = context.session?.kernel;
      if (!kernel) {
        return;
      }
      if (status === 'restarting' || status === 'autorestarting') {
        // A new process, which will know the defaults only.
        this._told.delete(kernel.id);
      } else if (status === 'idle') {
        void this._tell(kernel);
      }
    });
    if (context.session?.kernel) {
      void this._tell(context.session.kernel);
    }
  }

  private async _tell(kernel: Kernel.IKernelConnection): Promise<void> {
    const { language_info } = await kernel.info;
    const known = this._told.get(kernel.id) ?? JSON.stringify(DEFAULTS);
    const wanted = JSON.stringify(this._settings);
    if (
      language_info.name !== 'python' ||
      kernel.isDisposed ||
      known === wanted
    ) {
      return;
    }
    this._told.set(kernel.id, wanted);
    const comm = kernel.createComm(COMM_TARGET);
    comm.open(this._settings);
    comm.close();
  }

  /** By kernel: what it was told last. */
  private _told = new Map<string, string>();
}
