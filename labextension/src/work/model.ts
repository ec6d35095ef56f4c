import type { TranslationBundle } from '@jupyterlab/translation';
import { Signal, type ISignal } from '@lumino/signaling';

import type { ICourseApi, RunKind } from '../course/api';
import type { IReceipt, IUpdate } from '../course/answers';
import type { Message } from '../course/outcome';
import { messageOf } from '../message-of';
import { Runs } from '../runs';
import { StateModel } from '../state-model';
import type { IChosenFile } from './choose-file';
import {
  endedRun,
  hasCompleted,
  startedRun,
  withMessage,
  type IRun
} from './run';

/** The notebooks that are open in the browser. A path that is not open is left alone. */
export interface IOpenNotebooks {
  /** Writes what has changed to disk, where the server reads it. */
  save(path: string): Promise<void>;
  /** Shows what stands on disk now. */
  reload(path: string): Promise<void>;
}

/** What the last action answered, until the next one. */
export type Said =
  | { kind: 'refused'; text: string }
  | { kind: 'receipt'; receipt: IReceipt }
  | { kind: 'reset'; backup: string | null }
  | { kind: 'updated'; updates: IUpdate[] };

/** What is done to modules: runs, their results, and what the server said. */
export class WorkModel extends StateModel {
  constructor(
    private _api: ICourseApi,
    private _notebooks: IOpenNotebooks,
    private _trans: TranslationBundle
  ) {
    super();
    this._runs = new Runs(
      { withMessage, endedRun },
      _trans.__('The answer ended before the result. Try again.'),
      () => this._stateChanged.emit()
    );
  }

  /** Emitted when something on disk has changed, so that the course must be asked for again. */
  get courseChanged(): ISignal<this, void> {
    return this._courseChanged;
  }

  /** The run that is going on; null if none is. */
  get running(): IRun | null {
    return this._runs.running;
  }

  /** The last run of the module; null if there was none. */
  run(module: string): IRun | null {
    return this._runs.of(module);
  }

  /** What the server said last about the module; null if nothing. */
  said(module: string): Said | null {
    return this._said.get(module) ?? this._said.get(EVERY_MODULE) ?? null;
  }

  /** Whether a request other than a run is under way. */
  get isBusy(): boolean {
    return this._busy > 0;
  }

  /** Why running kernels must restart; null if they need not. */
  get restartReason(): string | null {
    return this._restartReason;
  }

  /** Tests or completes the module. Does nothing while a run goes on. */
  async start(kind: RunKind, module: string, path: string): Promise<void> {
    if (this.running !== null) {
      return;
    }
    this._forget(module);
    const run = await this._runs.follow(
      startedRun(kind, module),
      async (onMessage, signal) => {
        await this._notebooks.save(path);
        await this._api.run(kind, module, onMessage, signal);
      }
    );
    if (hasCompleted(run)) {
      this._mustRestart(
        this._trans.__('New kernels import your code of %1.', module)
      );
    }
    this._courseChanged.emit();
  }

  /** Ends the run; the test that is running still ends on the server. */
  cancel(): void {
    this._runs.cancel();
  }

  /** Lets later modules run on the student's code or on the reference. */
  use(module: string, mine: boolean): Promise<void> {
    return this._act(module, async () => {
      await this._api.use(module, mine);
      const reason = mine
        ? this._trans.__('New kernels import your code of %1.', module)
        : this._trans.__("New kernels import the reference's %1.", module);
      this._mustRestart(reason);
      return null;
    });
  }

  /** Begins the module anew; what is open in the browser is saved before, so that the copy holds it. */
  reset(module: string, path: string): Promise<void> {
    return this._act(module, async () => {
      await this._notebooks.save(path);
      const backup = await this._api.reset(module);
      await this._notebooks.reload(path);
      this._runs.forget(module);
      return { kind: 'reset', backup };
    });
  }

  /** Brings the modules with these paths to this version; with one id that one, without all of them. */
  update(paths: string[], module?: string): Promise<void> {
    const ask = () => this._api.update(module);
    return this._update(module ?? EVERY_MODULE, paths, ask);
  }

  /** Brings what a release holds into the folder; `read` gives it, or rejects with a sentence. */
  updateFrom(paths: string[], read: () => Promise<IChosenFile>): Promise<void> {
    return this._update(EVERY_MODULE, paths, async () => {
      const { name, content } = await read();
      return this._api.updateFrom(name, content);
    });
  }

  submit(module: string, path: string): Promise<void> {
    return this._act(module, async () => {
      await this._notebooks.save(path);
      return { kind: 'receipt', receipt: await this._api.submit(module) };
    });
  }

  /** Shows a sentence as a refusal of what was asked for. */
  refuse(module: string, text: string): void {
    this._said.set(module, { kind: 'refused', text });
    this._stateChanged.emit();
  }

  /** The reader has read what was said. */
  dismiss(module: string): void {
    this._forget(module);
    this._stateChanged.emit();
  }

  /** The kernels have restarted, or the reader does not want it. */
  dismissRestart(): void {
    this._restartReason = null;
    this._stateChanged.emit();
  }

  dispose(): void {
    this.cancel();
    super.dispose();
  }

  private _update(
    about: string,
    paths: string[],
    ask: () => Promise<IUpdate[]>
  ): Promise<void> {
    return this._act(about, async () => {
      await Promise.all(paths.map(path => this._notebooks.save(path)));
      const updates = await ask();
      await Promise.all(paths.map(path => this._notebooks.reload(path)));
      return { kind: 'updated', updates };
    });
  }

  private async _act(
    module: string,
    act: () => Promise<Said | null>
  ): Promise<void> {
    this._forget(module);
    this._busy += 1;
    this._stateChanged.emit();
    try {
      const said = await act();
      if (said !== null) {
        this._said.set(module, said);
      }
      this._courseChanged.emit();
    } catch (error) {
      this._said.set(module, { kind: 'refused', text: messageOf(error) });
    } finally {
      this._busy -= 1;
      this._stateChanged.emit();
    }
  }

  private _forget(module: string): void {
    this._said.delete(module);
    this._said.delete(EVERY_MODULE);
  }

  private _mustRestart(reason: string): void {
    this._restartReason = reason;
    this._stateChanged.emit();
  }

  private _busy = 0;
  private _courseChanged = new Signal<this, void>(this);
  private _restartReason: string | null = null;
  private _runs: Runs<IRun, Message>;
  private _said = new Map<string, Said>();
}

/** Where that is kept which is about no single module. */
const EVERY_MODULE = '';
