import { messageOf } from './message-of';

/** What all runs of modules have. */
export interface IModuleRun {
  /** Id of the module. */
  module: string;
  state: string;
}

/** How messages build a run up. */
export interface IRunSteps<Run, Message> {
  /** The run after one more message. */
  withMessage(run: Run, message: Message): Run;
  /** The run when its stream has ended, as it should or not. */
  endedRun(run: Run, cancelled: boolean, error: string): Run;
}

/** Runs as they go on and as they ended, the last one of each module. One at a time. */
export class Runs<Run extends IModuleRun, Message> {
  constructor(
    private _steps: IRunSteps<Run, Message>,
    /** What to say of a stream that ended before the result. */
    private _broken: string,
    private _onChange: () => void
  ) {}

  /** The run that is going on; null if none is. */
  get running(): Run | null {
    return [...this._runs.values()].find(r => r.state === 'running') ?? null;
  }

  /** The last run of the module; null if there was none since the page was loaded. */
  of(module: string): Run | null {
    return this._runs.get(module) ?? null;
  }

  forget(module: string): void {
    this._runs.delete(module);
  }

  /** Ends the run that is going on. */
  cancel(): void {
    this._abort?.abort();
  }

  /** Shows the run from its start to its end, as `work` hands on what comes; answers how it ended. */
  async follow(
    started: Run,
    work: (
      onMessage: (message: Message) => void,
      signal: AbortSignal
    ) => Promise<void>
  ): Promise<Run> {
    this._abort = new AbortController();
    const { signal } = this._abort;
    let run = this._show(started);
    let error = this._broken;
    const take = (message: Message) => {
      run = this._show(this._steps.withMessage(run, message));
    };
    try {
      await work(take, signal);
    } catch (reason) {
      error = messageOf(reason);
    }
    return this._show(this._steps.endedRun(run, signal.aborted, error));
  }

  private _show(run: Run): Run {
    this._runs.set(run.module, run);
    this._onChange();
    return run;
  }

  private _abort: AbortController | null = null;
  private _runs = new Map<string, Run>();
}
