/** The answers about submissions, read field by field: a wrong one throws a `FieldError` with its name. */

import { Fields } from '../fields';
import type {
  ICellScore,
  ICollected,
  IFeedback,
  IGraded,
  IGradesFile,
  IItems,
  IOutcome,
  IPolicy,
  ISubmission,
  ISubmissions
} from './data';

export function readSubmissions(data: unknown): ISubmissions {
  const answer = new Fields(data, 'submissions');
  return {
    rows: answer.objects('rows', readSubmission),
    maxScore: answer.number('max_score'),
    policy: readPolicy(answer.object('policy')),
    outdated: answer.strings('outdated'),
    unprotected: answer.strings('unprotected'),
    formgrader: answer.stringOrNull('formgrader')
  };
}

function readPolicy(policy: Fields): IPolicy {
  return {
    due: policy.stringOrNull('due'),
    percentPerDay: policy.number('percent_per_day'),
    capPercent: policy.number('cap_percent')
  };
}

function readSubmission(row: Fields): ISubmission {
  return {
    student: row.string('student'),
    name: row.string('name'),
    state: row.string('state'),
    reason: row.string('reason'),
    handedIn: row.stringOrNull('handed_in'),
    extension: row.stringOrNull('extension'),
    late: row.string('late'),
    score: row.numberOrNull('score'),
    earned: row.numberOrNull('earned'),
    notes: row.strings('notes'),
    page: row.stringOrNull('page')
  };
}

export function readCells(data: unknown): ICellScore[] {
  return new Fields(data, 'submission').objects('cells', cell => ({
    gradeId: cell.string('grade_id'),
    kind: cell.string('kind'),
    points: cell.number('points'),
    score: cell.numberOrNull('score'),
    error: cell.string('error')
  }));
}

export function readCollected(data: unknown): ICollected {
  const answer = new Fields(data, 'collected');
  return {
    taken: answer.objects('taken', one => ({
      student: one.string('student'),
      outcome: one.string('outcome'),
      remark: one.string('remark')
    })),
    left: answer.objects('left', one => ({
      place: one.string('place'),
      reason: one.string('reason')
    }))
  };
}

export function readGradesFile(data: unknown): IGradesFile {
  const answer = new Fields(data, 'grades');
  return { name: answer.string('name'), text: answer.string('text') };
}

export function readItems(data: unknown): IItems {
  const items = new Fields(data, 'tests').objects('items', item => ({
    gradeId: item.string('grade_id'),
    points: item.number('points'),
    count: item.number('count'),
    passRate: item.number('pass_rate'),
    meanScore: item.number('mean_score'),
    cpuS: item.number('cpu_s'),
    discrimination: item.numberOrNull('discrimination'),
    firstError: item.string('first_error'),
    times: item.number('times'),
    remark: item.string('remark')
  }));
  return { items, file: readGradesFile(data) };
}

/** What comes while submissions are graded, or pages made. */
export type RunMessage =
  | { kind: 'progress'; number: number; total: number; secondsLeft: number }
  | { kind: 'said'; words: string }
  | { kind: 'graded'; graded: IGraded }
  | { kind: 'feedback'; feedback: IFeedback }
  | { kind: 'stopped' }
  | { kind: 'error'; message: string };

export function readGradeMessage(data: unknown): RunMessage {
  const message = new Fields(data, 'message');
  const kinds = ['progress', 'said', 'done', 'stopped', 'error'] as const;
  const kind = message.word('kind', kinds);
  switch (kind) {
    case 'progress':
      return readProgress(message);
    case 'said':
      return { kind, words: message.string('words') };
    case 'done':
      return { kind: 'graded', graded: readGraded(message) };
    case 'stopped':
      return { kind };
    case 'error':
      return { kind, message: message.string('message') };
  }
}

function readProgress(message: Fields): RunMessage {
  return {
    kind: 'progress',
    number: message.number('number'),
    total: message.number('total'),
    secondsLeft: message.number('seconds_left')
  };
}

export function readFeedbackMessage(data: unknown): RunMessage {
  const message = new Fields(data, 'message');
  const kinds = ['progress', 'done', 'stopped', 'error'] as const;
  const kind = message.word('kind', kinds);
  switch (kind) {
    case 'progress':
      return readProgress(message);
    case 'done':
      return {
        kind: 'feedback',
        feedback: {
          pages: message.number('pages'),
          zip: message.string('zip'),
          path: message.stringOrNull('path')
        }
      };
    case 'stopped':
      return { kind };
    case 'error':
      return { kind, message: message.string('message') };
  }
}

function readGraded(message: Fields): IGraded {
  return {
    changes: message.objects('changes', change => ({
      student: change.string('student'),
      before: change.objectOrNull('before', readOutcome),
      after: readOutcome(change.object('after'))
    })),
    kept: message.strings('kept'),
    outdated: message.strings('outdated')
  };
}

function readOutcome(outcome: Fields): IOutcome {
  return {
    state: outcome.string('state'),
    reason: outcome.string('reason'),
    score: outcome.numberOrNull('score'),
    maxScore: outcome.number('max_score')
  };
}
