/** Submissions: what the server answers, and how runs go. */

import { MessageLoop } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import { expect, test, vi } from 'vitest';

import { moved } from '../../labextension/src/grading/data';
import { GradingPanel } from '../../labextension/src/grading/panel';
import {
  readCells,
  readCollected,
  readFeedbackMessage,
  readGradeMessage,
  readSubmissions
} from '../../labextension/src/grading/read';
import {
  activityText,
  summaryText
} from '../../labextension/src/grading/texts';
import { newModel, outcome, submissions } from './grading-samples';
import { actions } from './grading-screen';
import { trans } from './samples';

test('answers are read field by field', () => {
  const raw = {
    rows: [
      {
        student: 'ada',
        name: '',
        state: 'graded',
        reason: '',
        handed_in: null,
        extension: '2026-12-04T23:59:00+01:00',
        late: '',
        score: 3,
        earned: 3,
        notes: ['x'],
        page: null
      }
    ],
    max_score: 5,
    policy: { due: null, percent_per_day: 10, cap_percent: 50 },
    outdated: ['ada'],
    unprotected: [],
    formgrader: '/formgrader'
  };
  const read = readSubmissions(raw);
  expect(read.rows[0]?.notes).toEqual(['x']);
  const cell = { kind: 'test', points: 3, score: null, error: 'E' };
  expect(readCells({ cells: [{ ...cell, grade_id: 't' }] })).toEqual([
    { ...cell, gradeId: 't' }
  ]);
  expect(read.policy).toEqual({ due: null, percentPerDay: 10, capPercent: 50 });
  expect(read.rows[0]?.extension).toBe('2026-12-04T23:59:00+01:00');
  expect(() => readSubmissions({ ...raw, max_score: 'x' })).toThrow(
    'submissions.max_score'
  );
  expect(
    readCollected({ taken: [], left: [{ place: 'p', reason: 'r' }] }).left
  ).toEqual([{ place: 'p', reason: 'r' }]);
});

test('messages of a run are read, its end by what ran', () => {
  const after = { state: 'graded', reason: '', score: 3, max_score: 5 };
  const done = {
    kind: 'done',
    changes: [{ student: 'ada', before: null, after }],
    kept: [],
    outdated: []
  };
  expect(readGradeMessage(done)).toMatchObject({
    kind: 'graded',
    graded: { changes: [{ before: null, after: { maxScore: 5 } }] }
  });
  const pages = { kind: 'done', pages: 2, zip: 'a.zip', path: null };
  expect(readFeedbackMessage(pages)).toEqual({
    kind: 'feedback',
    feedback: { pages: 2, zip: 'a.zip', path: null }
  });
  const far = { kind: 'progress', number: 3, total: 9, seconds_left: 1.5 };
  for (const read of [readGradeMessage, readFeedbackMessage]) {
    expect(read(far)).toEqual({
      kind: 'progress',
      number: 3,
      total: 9,
      secondsLeft: 1.5
    });
  }
  expect(() => readGradeMessage({ kind: 'done' })).toThrow('message.changes');
});

test('the sum counts what is left to do, an unknown score never as 0', () => {
  expect(summaryText(submissions(), trans)).toBe(
    '3 of 4 handed in · 1 not graded yet · 1 without a score'
  );
});

test('time left stands only while something is left', () => {
  const activity = { kind: 'grade' as const, said: '' };
  const at = (number: number, total: number) =>
    activityText({ ...activity, number, total, secondsLeft: 12.4 }, trans);
  expect(at(0, 0)).toBe('Grading: starting…');
  expect(at(5, 40)).toBe('Grading: 5 of 40, about 12 s left');
  expect(at(40, 40)).toBe('Grading: 40 of 40');
  expect(
    activityText(
      { kind: 'feedback', said: '', number: 5, total: 40, secondsLeft: 12.4 },
      trans
    )
  ).toBe('Making the pages: 5 of 40, about 12 s left');
});

test('only who was graded before and differs now has moved', () => {
  const changes = [
    { student: 'new', before: null, after: outcome(3) },
    { student: 'same', before: outcome(3), after: outcome(3) },
    { student: 'up', before: outcome(0), after: outcome(3) },
    { student: 'died', before: outcome(0), after: outcome(null, 'kernel died') }
  ];
  expect(moved(changes).map(change => change.student)).toEqual(['up', 'died']);
});

test('stopping keeps what is graded; a broken answer is no success', async () => {
  const stopped = newModel({
    grade: (_module, _students, _again, _onMessage, signal) =>
      new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(new Error('aborted')))
      )
  });
  const run = stopped.grade([], false);
  stopped.cancel();
  await run;
  expect(stopped.ended).toEqual({ kind: 'stopped' });
  expect(stopped.activity).toBeNull();
  const broken = newModel({ feedback: async () => undefined });
  await broken.feedback();
  expect(broken.ended).toMatchObject({ kind: 'failed' });
});

test('what changed elsewhere shows when the panel comes into sight again', async () => {
  vi.useFakeTimers();
  const asked = vi.fn(async () => submissions());
  const model = newModel({ submissions: asked });
  const panel = new GradingPanel({ model, name: '01 Sums', actions, trans });
  await model.refresh();
  MessageLoop.sendMessage(panel, Widget.Msg.AfterShow);
  expect(asked).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(10_000);
  MessageLoop.sendMessage(panel, Widget.Msg.AfterShow);
  expect(asked).toHaveBeenCalledTimes(2);
  vi.useRealTimers();
});
