import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

import { messageOf } from '../course/model';
import type { IClassApi } from './api';
import type { Decision, IZip } from './data';
import { endedRun, startedRun, withMessage, type IReleaseRun } from './run';

/** What was answered to the wish for one file: the file, or why there is none. */
export type ZipAnswer =
  { kind: 'zip'; zip: IZip } | { kind: 'refused'; text: string };

/** Releases as they run and as they ended, one a module; and the file with all of them. */
export class ReleaseModel implements IDisposable {
  constructor(
    private _api: Pick<IClassApi, 'release' | 'zip'>,
    private _trans: TranslationBundle
  ) {}

  /** Emitted when anything below has changed. */
  get stateChanged(): ISignal<this, void> {
    return this._stateChanged;
  }

  /** Emitted when a release has ended, with its module: the class must be asked for again. */
  get classChanged(): ISignal<this, string> {
    return this._classChanged;
  }

  /** The release that is going on; null if none is. */
  get running(): IReleaseRun | null {
    return [...this._runs.values()].find(r => r.state === 'running') ?? null;
  }

  /** The last release of the module; null if there was none since the page was loaded. */
  run(module: string): IReleaseRun | null {
    return this._runs.get(module) ?? null;
  }

  get zipAnswer(): ZipAnswer | null {
    return this._zipAnswer;
  }

  /** Releases the module. Does nothing while another release goes on. */
  async start(module: string, decision: Decision): Promise<void> {
    if (this.running !== null) {
      return;
    }
    this._abort = new AbortController();
    const { signal } = this._abort;
    let run = this._show(startedRun(module));
    let error = this._trans.__(
      'The answer ended before the result. Try again; students have what they had, or the new release whole.'
    );
    const take = (message: Parameters<typeof withMessage>[1]) => {
      run = this._show(withMessage(run, message));
    };
    try {
      await this._api.release(module, decision, take, signal);
    } catch (reason) {
      error = messageOf(reason);
    }
    this._show(endedRun(run, signal.aborted, error));
    this._classChanged.emit(module);
  }

  /** Ends the release that is going on. */
  cancel(): void {
    this._abort?.abort();
  }

  /** The reader has read how it ended. */
  dismiss(module: string): void {
    this._runs.delete(module);
    this._stateChanged.emit();
  }

  /** Makes one file with every release. */
  async zip(): Promise<void> {
    try {
      this._zipAnswer = { kind: 'zip', zip: await this._api.zip([]) };
    } catch (error) {
      this._zipAnswer = { kind: 'refused', text: messageOf(error) };
    }
    this._stateChanged.emit();
  }

  dismissZip(): void {
    this._zipAnswer = null;
    this._stateChanged.emit();
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    this.cancel();
    Signal.clearData(this);
  }

  private _show(run: IReleaseRun): IReleaseRun {
    this._runs.set(run.module, run);
    this._stateChanged.emit();
    return run;
  }

  private _abort: AbortController | null = null;
  private _classChanged = new Signal<this, string>(this);
  private _isDisposed = false;
  private _runs = new Map<string, IReleaseRun>();
  private _stateChanged = new Signal<this, void>(this);
  private _zipAnswer: ZipAnswer | null = null;
}
