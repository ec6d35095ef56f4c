/** Submissions that the tests share, and a server that gives them. */

import type { IGradingApi } from '../../labextension/src/grading/api';
import type {
  ICellScore,
  IOutcome,
  ISubmission,
  ISubmissions
} from '../../labextension/src/grading/data';
import { GradingModel } from '../../labextension/src/grading/model';
import { trans } from './samples';

export function submission(changes: Partial<ISubmission> = {}): ISubmission {
  return {
    student: 'ada',
    name: 'Ada Lovelace',
    state: 'graded',
    reason: '',
    handedIn: '2026-11-30T10:00:00+00:00',
    extension: null,
    late: '',
    score: 3,
    earned: 3,
    notes: [],
    page: null,
    ...changes
  };
}

export const CELLS: ICellScore[] = [
  { gradeId: '01-t', kind: 'test', points: 3, score: 3, error: '' },
  { gradeId: '01-w', kind: 'manual', points: 2, score: null, error: '' }
];

/** One graded, one not yet, one whose kernel died, one who handed in nothing. */
export function submissions(changes: Partial<ISubmissions> = {}): ISubmissions {
  const unknown = { name: '', score: null, earned: null };
  return {
    rows: [
      submission(),
      submission({ ...unknown, student: 'alan', state: 'not graded yet' }),
      submission({ ...unknown, student: 'bob', state: 'kernel died' }),
      submission({
        ...unknown,
        student: 'eve',
        state: 'not handed in',
        handedIn: null
      })
    ],
    maxScore: 5,
    policy: { due: null, percentPerDay: 0, capPercent: 100 },
    outdated: [],
    unprotected: [],
    formgrader: null,
    ...changes
  };
}

export function outcome(score: number | null, state = 'graded'): IOutcome {
  return { state, reason: '', score, maxScore: 5 };
}

export function newModel(
  changes: Partial<IGradingApi> = {},
  answer: ISubmissions = submissions()
): GradingModel {
  const unexpected = () => Promise.reject(new Error('not expected'));
  const api: IGradingApi = {
    submissions: async () => answer,
    cells: async () => CELLS,
    collect: unexpected,
    grade: unexpected,
    feedback: unexpected,
    changePolicy: unexpected,
    extend: unexpected,
    grades: unexpected,
    items: unexpected,
    ...changes
  };
  return new GradingModel(api, '01_sums', trans);
}
