/** One run of a module's tests, or of completing it, as the messages build it up. Pure. */

import type { RunKind } from '../course/api';
import type { ICompleted, IOutcome, ITested, Message } from '../course/outcome';

export interface IRun {
  kind: RunKind;
  /** Id of the module. */
  module: string;
  state: 'running' | 'done' | 'cancelled' | 'failed';
  /** What completing is at, in the server's words; null when only testing. */
  step: string | null;
  /** Tests that have ended, of how many; 0 of 0 until the first one has. */
  number: number;
  total: number;
  outcomes: IOutcome[];
  tested: ITested | null;
  completed: ICompleted | null;
  /** Why it failed; null if it did not. */
  error: string | null;
}

export function startedRun(kind: RunKind, module: string): IRun {
  return {
    kind,
    module,
    state: 'running',
    step: null,
    number: 0,
    total: 0,
    outcomes: [],
    tested: null,
    completed: null,
    error: null
  };
}

/** The run after one more message. */
export function withMessage(run: IRun, message: Message): IRun {
  switch (message.kind) {
    case 'step':
      return { ...run, step: message.text };
    case 'test':
      return {
        ...run,
        number: message.number,
        total: message.total,
        outcomes: [...run.outcomes, message.outcome]
      };
    case 'error':
      return { ...run, state: 'failed', error: message.message };
    case 'done':
      return {
        ...run,
        state: 'done',
        number: run.outcomes.length,
        total: message.tested.total,
        outcomes: message.tested.outcomes,
        tested: message.tested,
        completed: message.completed
      };
  }
}

/** The run when its stream has ended, as it should or not. */
export function endedRun(
  run: IRun,
  cancelled: boolean,
  error: string | null
): IRun {
  if (run.state !== 'running') {
    return run;
  }
  return cancelled
    ? { ...run, state: 'cancelled' }
    : { ...run, state: 'failed', error };
}

/** Whether it made the module complete. */
export function hasCompleted(run: IRun): boolean {
  return run.completed !== null && run.completed.refused === null;
}

/** The tests that did not pass, worst first: those that failed, then those that did not run. */
export function notPassed(run: IRun): IOutcome[] {
  const of = (state: IOutcome['state']) =>
    run.outcomes.filter(outcome => outcome.state === state);
  return [...of('failed'), ...of('not run')];
}
