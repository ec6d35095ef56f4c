import type { TranslationBundle } from '@jupyterlab/translation';
import { Signal, type ISignal } from '@lumino/signaling';

import { Asked } from '../asked';
import { messageOf } from '../message-of';
import { StateModel } from '../state-model';
import type { IExport, IGradingApi } from './api';
import type {
  ICellScore,
  ICollected,
  IFeedback,
  IGraded,
  IItems,
  IPolicyChanges,
  ISubmissions
} from './data';
import type { RunMessage } from './read';

/** What goes on; of a run that counts, how far it is (0 of 0 before it has counted). */
export interface IActivity {
  kind: 'collect' | 'grade' | 'feedback';
  number: number;
  total: number;
  secondsLeft: number;
  /** What was said last, in the server's words. */
  said: string;
}

/** How the last thing ended. */
export type Ended =
  | { kind: 'collected'; collected: ICollected }
  | { kind: 'graded'; graded: IGraded }
  | { kind: 'feedback'; feedback: IFeedback }
  | { kind: 'stopped' }
  | { kind: 'failed'; text: string };

/** The submissions of one module as last heard from the server, and what is being done with them. One thing at a time. */
export class GradingModel extends StateModel {
  constructor(
    private _api: IGradingApi,
    /** Id of the module. */
    readonly module: string,
    private _trans: TranslationBundle
  ) {
    super();
  }

  /** Emitted when submissions may have come, or grades changed. */
  get worked(): ISignal<this, void> {
    return this._worked;
  }

  /** Null until the first answer. Kept when a later request fails. */
  get submissions(): ISubmissions | null {
    return this._asked.answer;
  }

  /** Why the last question failed; null if it did not. */
  get error(): string | null {
    return this._asked.error;
  }

  /** What goes on; null if nothing does. */
  get activity(): IActivity | null {
    return this._activity;
  }

  /** How the last thing ended; null before, and when the reader has read it. */
  get ended(): Ended | null {
    return this._ended;
  }

  refresh(): Promise<void> {
    return this._asked.ask(() => this._api.submissions(this.module));
  }

  /** Asks unless it did a moment ago. */
  async refreshIfOld(): Promise<void> {
    if (!this._asked.isFresh) {
      await this.refresh();
    }
  }

  /** Changes due date or late policy; answers why not, null if it is done. */
  changePolicy(changes: IPolicyChanges): Promise<string | null> {
    return this._change(() => this._api.changePolicy(this.module, changes));
  }

  /** Gives the student until then, with null as long as everybody has; answers why not, null if it is done. */
  extend(student: string, until: string | null): Promise<string | null> {
    return this._change(() => this._api.extend(this.module, student, until));
  }

  /** What each graded cell of a submission got. */
  cells(student: string): Promise<ICellScore[]> {
    return this._api.cells(this.module, student);
  }

  /** How each test went over all submissions. */
  items(): Promise<IItems> {
    return this._api.items(this.module);
  }

  /** Takes in an LMS's export, or what lies in nbgrader's exchange. */
  collect(file: IExport | null): Promise<void> {
    return this._do('collect', async () => {
      const collected = await this._api.collect(this.module, file);
      return { kind: 'collected', collected };
    });
  }

  /** Grades what is new, with `again` everything; of these students, of all without any. */
  grade(students: string[], again: boolean): Promise<void> {
    return this._run('grade', (onMessage, signal) =>
      this._api.grade(this.module, students, again, onMessage, signal)
    );
  }

  feedback(): Promise<void> {
    return this._run('feedback', (onMessage, signal) =>
      this._api.feedback(this.module, onMessage, signal)
    );
  }

  /** Ends what goes on; what is graded is kept. */
  cancel(): void {
    this._abort.abort();
  }

  dismiss(): void {
    this._ended = null;
    this._stateChanged.emit();
  }

  /** Says why something outside of the model failed. */
  fail(text: string): void {
    this._ended = { kind: 'failed', text };
    this._stateChanged.emit();
  }

  dispose(): void {
    this.cancel();
    super.dispose();
  }

  /** A change that takes a moment, and what it makes of the submissions. */
  private async _change(act: () => Promise<void>): Promise<string | null> {
    try {
      await act();
    } catch (error) {
      return messageOf(error);
    }
    await this.refresh();
    return null;
  }

  /** A run that streams: its last message is how it ended. */
  private _run(
    kind: IActivity['kind'],
    run: (
      onMessage: (message: RunMessage) => void,
      signal: AbortSignal
    ) => Promise<void>
  ): Promise<void> {
    return this._do(kind, async signal => {
      let ended: Ended | null = null;
      await run(message => {
        ended = this._take(message) ?? ended;
      }, signal);
      return (
        ended ?? {
          kind: 'failed',
          text: this._trans.__('The answer ended before the result. Try again.')
        }
      );
    });
  }

  /** Takes one message in; answers how the run ended if it is the last one. */
  private _take(message: RunMessage): Ended | null {
    switch (message.kind) {
      case 'progress': {
        const { number, total, secondsLeft } = message;
        this._show({ number, total, secondsLeft });
        return null;
      }
      case 'said':
        this._show({ said: message.words });
        return null;
      case 'error':
        return { kind: 'failed', text: message.message };
      default:
        return message;
    }
  }

  private async _do(
    kind: IActivity['kind'],
    act: (signal: AbortSignal) => Promise<Ended>
  ): Promise<void> {
    if (this._activity !== null) {
      return;
    }
    this._abort = new AbortController();
    const { signal } = this._abort;
    this._activity = { kind, number: 0, total: 0, secondsLeft: 0, said: '' };
    this._ended = null;
    this._stateChanged.emit();
    try {
      this._ended = await act(signal);
    } catch (error) {
      this._ended = signal.aborted
        ? { kind: 'stopped' }
        : { kind: 'failed', text: messageOf(error) };
    }
    this._activity = null;
    this._worked.emit();
    await this.refresh();
  }

  private _show(changes: Partial<IActivity>): void {
    if (this._activity !== null) {
      this._activity = { ...this._activity, ...changes };
      this._stateChanged.emit();
    }
  }

  private _abort = new AbortController();
  private _activity: IActivity | null = null;
  private _asked = new Asked<ISubmissions>(() => this._stateChanged.emit());
  private _ended: Ended | null = null;
  private _worked = new Signal<this, void>(this);
}
