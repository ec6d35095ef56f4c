import type { TranslationBundle } from '@jupyterlab/translation';
import { Signal, type ISignal } from '@lumino/signaling';

import { messageOf } from '../message-of';
import { Runs } from '../runs';
import { StateModel } from '../state-model';
import type { IClassApi } from './api';
import type { Decision, IZip } from './data';
import type { ReleaseMessage } from './read';
import { endedRun, startedRun, withMessage, type IReleaseRun } from './run';

/** What was answered to the wish for one file: the file, or why there is none. */
export type ZipAnswer =
  { kind: 'zip'; zip: IZip } | { kind: 'refused'; text: string };

/** Releases as they run and as they ended, one a module; and the file with all of them. */
export class ReleaseModel extends StateModel {
  constructor(
    private _api: Pick<IClassApi, 'release' | 'zip'>,
    trans: TranslationBundle
  ) {
    super();
    this._runs = new Runs(
      { withMessage, endedRun },
      trans.__(
        'The answer ended before the result. Try again; students have what they had, or the new release whole.'
      ),
      () => this._stateChanged.emit()
    );
  }

  /** Emitted when a release has ended, with its module: the class must be asked for again. */
  get classChanged(): ISignal<this, string> {
    return this._classChanged;
  }

  /** The release that is going on; null if none is. */
  get running(): IReleaseRun | null {
    return this._runs.running;
  }

  /** The last release of the module; null if there was none since the page was loaded. */
  run(module: string): IReleaseRun | null {
    return this._runs.of(module);
  }

  get zipAnswer(): ZipAnswer | null {
    return this._zipAnswer;
  }

  /** Releases the module. Does nothing while another release goes on. */
  async start(module: string, decision: Decision): Promise<void> {
    if (this.running !== null) {
      return;
    }
    await this._runs.follow(startedRun(module), (onMessage, signal) =>
      this._api.release(module, decision, onMessage, signal)
    );
    this._classChanged.emit(module);
  }

  /** Ends the release that is going on. */
  cancel(): void {
    this._runs.cancel();
  }

  /** The reader has read how it ended. */
  dismiss(module: string): void {
    this._runs.forget(module);
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

  dispose(): void {
    this.cancel();
    super.dispose();
  }

  private _classChanged = new Signal<this, string>(this);
  private _runs: Runs<IReleaseRun, ReleaseMessage>;
  private _zipAnswer: ZipAnswer | null = null;
}
