/** What an instructor sees of submissions. */

import { act } from 'react';
import { beforeEach, expect, test, vi } from 'vitest';

import type { IItem } from '../../labextension/src/grading/data';
import type { RunMessage } from '../../labextension/src/grading/read';
import { click, find } from './dom';
import { newModel, outcome, submission, submissions } from './grading-samples';
import { actions, button, clear, show } from './grading-screen';

const TOO_HARD: IItem = {
  gradeId: '01-t',
  points: 3,
  count: 8,
  passRate: 12.5,
  meanScore: 0.375,
  cpuS: 0.01,
  discrimination: -0.25,
  firstError: 'ValueError: x',
  times: 7,
  remark: 'few pass: is it broken, or too hard?'
};
const EASY: IItem = {
  ...TOO_HARD,
  gradeId: '01-u',
  discrimination: null,
  firstError: '',
  remark: ''
};
const EVEN: IItem = { ...EASY, gradeId: '01-v', discrimination: -0.001 };

beforeEach(clear);

test('a run counts, then shows before and after, and asks the class again', async () => {
  let finish: () => void = () => undefined;
  const asked: unknown[] = [];
  const model = newModel({
    grade: async (module, students, again, onMessage) => {
      asked.push([module, students, again]);
      onMessage({ kind: 'progress', number: 1, total: 2, secondsLeft: 3 });
      onMessage({ kind: 'said', words: 'bob is tried once more.' });
      await new Promise<void>(resolve => (finish = resolve));
      onMessage({
        kind: 'graded',
        graded: {
          changes: [
            { student: 'ada', before: outcome(0), after: outcome(3) },
            { student: 'alan', before: null, after: outcome(1) }
          ],
          kept: ['bob'],
          outdated: []
        }
      });
    }
  });
  const host = await show(model);
  click(button(host, 'Grade All Again'));
  expect(asked).toEqual([['01_sums', [], true]]);
  expect(find(host, 'progress').getAttribute('value')).toBe('1');
  expect(host.textContent).toContain('bob is tried once more.');
  expect(button(host, 'Collect').disabled).toBe(true);
  await act(async () => {
    finish();
    await vi.waitFor(() => expect(model.ended).not.toBeNull());
  });
  expect(find(host, '[role=status]').textContent).toContain(
    '2 graded. 1 was graded before and stays. Of 1 graded again, 1 changed.'
  );
  const row = find(host, '.tt-Changes tbody tr');
  expect([...row.children].map(cell => cell.textContent)).toEqual([
    'ada',
    '0 of 5',
    '3 of 5',
    'graded'
  ]);
});

test('what could not be collected is listed with its reason', async () => {
  const collected = {
    taken: [{ student: 'ada', outcome: 'new', remark: '' }],
    left: [{ place: 'x/holiday.jpg', reason: 'it is no notebook' }]
  };
  const host = await show(newModel({ collect: async () => collected }));
  click(button(host, 'Collect'));
  await act(async () => undefined);
  const status = find(host, '[role=status]');
  expect(status.textContent).toContain('1 collected, 1 left.');
  expect(status.textContent).toContain('holiday.jpg it is no notebook');
});

test('rows filter by state, unfold to cells, and can be graded alone', async () => {
  const grade = vi.fn(async (...args: unknown[]) =>
    (args[3] as (message: RunMessage) => void)({ kind: 'stopped' })
  );
  const host = await show(newModel({ grade }));
  expect(host.querySelectorAll('[data-student]').length).toBe(4);
  const fold = find(host, '[data-student=ada] button');
  expect(fold.textContent).toBe('Ada Lovelace (ada)');
  click(fold);
  await act(async () => undefined);
  expect(find(host, '.tt-Cells').textContent).toContain('waits for you');
  click(button(host, 'Grade Again'));
  expect(grade.mock.calls[0]?.slice(0, 3)).toEqual(['01_sums', ['ada'], true]);
  await act(async () => undefined);
  const select = find(host, 'select') as HTMLSelectElement;
  act(() => {
    select.value = 'kernel died';
    select.dispatchEvent(new Event('change', { bubbles: true }));
  });
  const rows = [...host.querySelectorAll<HTMLElement>('[data-student]')];
  expect(rows.map(row => row.dataset['student'])).toEqual(['bob']);
  expect(rows[0]?.children[2]?.textContent).toBe('–');
});

test('missing isolation and earlier tests are said before anything is done', async () => {
  const grade = vi.fn(async () => undefined);
  const host = await show(
    newModel(
      { grade },
      submissions({
        outdated: ['ada'],
        unprotected: ['net: this machine allows no user namespaces'],
        formgrader: '/formgrader/gradebook/01_sums/sums'
      })
    )
  );
  expect(find(host, 'details').textContent).toContain('no user namespaces');
  expect(host.textContent).toContain('1 was graded with earlier tests: ada.');
  expect(find(host, 'a').getAttribute('href')).toContain('formgrader');
  click(button(host, 'Grade Them Again'));
  expect((grade.mock.calls[0] as unknown[])[1]).toEqual(['ada']);
  await act(async () => undefined);
});

test('grades are saved with names or without; a page is opened', async () => {
  const rows = [submission({ page: 'feedback/ada/01_sums/sums.html' })];
  const host = await show(newModel({}, submissions({ rows })));
  click(button(host, 'Grades as CSV'));
  click(button(host, 'CSV without Names'));
  expect(actions.saveGrades.mock.calls).toEqual([[false], [true]]);
  click(find(host, '[data-student=ada] button'));
  await act(async () => undefined);
  click(button(host, 'Open Feedback'));
  expect(actions.openPage).toHaveBeenCalledWith(rows[0]?.page);
});

test('a refusal stands above what was known', async () => {
  const model = newModel({
    submissions: () => Promise.reject(new Error('The books are damaged.'))
  });
  const host = await show(model);
  expect(find(host, '[role=alert]').textContent).toContain('damaged');
});

test('how the tests went is asked for when it is looked at, with what to look at', async () => {
  const file = { name: '01_sums_tests.csv', text: 'cell' };
  const items = vi.fn(async () => ({ items: [TOO_HARD, EASY, EVEN], file }));
  const host = await show(newModel({ items }));
  expect(items).not.toHaveBeenCalled();
  click(button(host, 'Tests…'));
  await act(async () => undefined);
  const rows = [...host.querySelectorAll('.tt-Items tbody tr')];
  expect(rows.map(row => row.getAttribute('data-remark'))).toEqual([
    'true',
    'false',
    'false'
  ]);
  expect(rows[0]?.textContent).toBe(
    '01-tfew pass: is it broken, or too hard?13 %0.38 of 310 ms-0.25ValueError: x (7)'
  );
  expect(rows[1]?.textContent).toContain('–');
  expect(rows[2]?.children[4]?.textContent).toBe('0.00');
  click(button(host, 'Tests as CSV'));
  expect(actions.save).toHaveBeenCalledWith(file);
});

test('before anything is graded it is said that there is nothing to analyse', async () => {
  const items = () => Promise.reject(new Error('No submission has a score.'));
  const host = await show(newModel({ items }));
  click(button(host, 'Tests…'));
  await act(async () => undefined);
  expect(find(host, '.tt-Foldable [role=alert]').textContent).toBe(
    'No submission has a score.'
  );
});
