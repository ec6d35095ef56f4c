/** One release of a module, as the messages build it up. Pure. */

import type { IFault, IReleased } from './data';
import type { ReleaseMessage } from './read';

export interface IReleaseRun {
  /** Id of the module. */
  module: string;
  state: 'running' | 'done' | 'refused' | 'cancelled' | 'failed';
  /** The step that it is at, in the server's words; empty before the first. */
  step: string;
  /** That step's number from 1, and how many there are; 0 of 0 before the first. */
  number: number;
  total: number;
  released: IReleased | null;
  /** Why it was refused or failed; empty if it was not. */
  sentence: string;
  faults: IFault[];
}

export function startedRun(module: string): IReleaseRun {
  return {
    module,
    state: 'running',
    step: '',
    number: 0,
    total: 0,
    released: null,
    sentence: '',
    faults: []
  };
}

/** The run after one more message. */
export function withMessage(
  run: IReleaseRun,
  message: ReleaseMessage
): IReleaseRun {
  switch (message.kind) {
    case 'step': {
      const { name, number, total } = message;
      return { ...run, step: name, number, total };
    }
    case 'done':
      return {
        ...run,
        state: 'done',
        released: message.released,
        faults: message.released.warnings
      };
    case 'refused': {
      const { sentence, faults } = message;
      return { ...run, state: 'refused', sentence, faults };
    }
    case 'stopped':
      return { ...run, state: 'cancelled' };
    case 'error':
      return { ...run, state: 'failed', sentence: message.message };
  }
}

/** The run when its stream has ended, as it should or not. */
export function endedRun(
  run: IReleaseRun,
  cancelled: boolean,
  sentence: string
): IReleaseRun {
  if (run.state !== 'running') {
    return run;
  }
  return cancelled
    ? { ...run, state: 'cancelled' }
    : { ...run, state: 'failed', sentence };
}
