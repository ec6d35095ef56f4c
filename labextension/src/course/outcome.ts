/** The messages that come while tests run, read field by field (docs/course-api.md, Streams). */

import { Fields } from '../fields';

/** How one test cell ended. */
export interface IOutcome {
  gradeId: string;
  cellId: string;
  points: number;
  state: 'passed' | 'failed' | 'not run';
  /** What came back, in the lesson's terms; empty if it passed. */
  message: string;
  traceback: string;
  /** Id of the cell to mend where that is not the test's; empty if it is. */
  causeId: string;
}

export interface ITested {
  passed: number;
  total: number;
  points: number;
  maxPoints: number;
  /** A sentence if the run did not reach its end. */
  stopped: string | null;
  outcomes: IOutcome[];
}

/** What only the end of completing says. */
export interface ICompleted {
  /** Why the module is not complete; null if it is. */
  refused: string | null;
  /** Ids of the modules whose tests ran with it. */
  others: string[];
  timesReference: number | null;
  remark: string | null;
}

export type Message =
  | { kind: 'step'; text: string }
  | { kind: 'test'; outcome: IOutcome; number: number; total: number }
  | { kind: 'done'; tested: ITested; completed: ICompleted | null }
  | { kind: 'error'; message: string };

export function readMessage(data: unknown): Message {
  const message = new Fields(data, 'message');
  const kind = message.word('kind', ['step', 'test', 'done', 'error'] as const);
  switch (kind) {
    case 'step':
      return { kind, text: message.string('text') };
    case 'error':
      return { kind, message: message.string('message') };
    case 'test':
      return {
        kind,
        outcome: readOutcome(message.object('outcome')),
        number: message.number('number'),
        total: message.number('total')
      };
    case 'done':
      return {
        kind,
        tested: readTested(message.object('tested')),
        completed: message.isNull('others') ? null : readCompleted(message)
      };
  }
}

function readOutcome(outcome: Fields): IOutcome {
  return {
    gradeId: outcome.string('grade_id'),
    cellId: outcome.string('cell_id'),
    points: outcome.number('points'),
    state: outcome.word('state', ['passed', 'failed', 'not run'] as const),
    message: outcome.string('message'),
    traceback: outcome.string('traceback'),
    causeId: outcome.string('cause_id')
  };
}

function readTested(tested: Fields): ITested {
  return {
    passed: tested.number('passed'),
    total: tested.number('total'),
    points: tested.number('points'),
    maxPoints: tested.number('maxPoints'),
    stopped: tested.stringOrNull('stopped'),
    outcomes: tested.objects('outcomes', readOutcome)
  };
}

function readCompleted(message: Fields): ICompleted {
  return {
    refused: message.stringOrNull('refused'),
    others: message.strings('others'),
    timesReference: message.numberOrNull('timesReference'),
    remark: message.stringOrNull('remark')
  };
}
