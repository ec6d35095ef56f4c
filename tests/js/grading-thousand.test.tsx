/** A class of a thousand: what is drawn, how often, and how one student is found. */

import { act } from 'react';
import { beforeEach, expect, test, vi } from 'vitest';

import type { ISubmission } from '../../labextension/src/grading/data';
import type { RunMessage } from '../../labextension/src/grading/read';
import {
  chosen,
  clicked,
  EVERYBODY,
  type IOrder,
  type SortKey
} from '../../labextension/src/grading/rows';
import * as texts from '../../labextension/src/grading/texts';
import { click, find } from './dom';
import { newModel, outcome, submission, submissions } from './grading-samples';
import { button, clear, show, write } from './grading-screen';

const CLASS = Array.from({ length: 1000 }, (_, i) =>
  submission({ student: `s${i}`, name: `Kay ${i}` })
);

beforeEach(() => {
  clear();
  vi.restoreAllMocks();
});

function students(host: HTMLElement): (string | undefined)[] {
  const rows = [...host.querySelectorAll<HTMLElement>('[data-student]')];
  return rows.map(row => row.dataset['student']);
}

test('fifty are drawn at once, and the next ones a click away', async () => {
  const host = await show(newModel({}, submissions({ rows: CLASS })));
  expect(students(host)).toEqual(CLASS.slice(0, 50).map(row => row.student));
  expect(find(host, '.tt-Pages').textContent).toContain('1 to 50 of 1000');
  expect(button(host, 'Previous').getAttribute('aria-disabled')).toBe('true');
  click(button(host, 'Previous'));
  expect(students(host)[0]).toBe('s0');
  click(button(host, 'Next'));
  expect(students(host)).toEqual(CLASS.slice(50, 100).map(row => row.student));
});

test('who is looked for is found on whatever page they are', async () => {
  const host = await show(newModel({}, submissions({ rows: CLASS })));
  click(button(host, 'Next'));
  write(find(host, '[type=search]'), 'kay 77');
  const found = CLASS.filter(row => row.student.includes('77'));
  expect(students(host)).toEqual(found.map(row => row.student));
  expect(host.querySelector('.tt-Pages')).toBeNull();
  write(find(host, '[type=search]'), '1');
  expect(find(host, '.tt-Pages').textContent).toContain('1 to 50 of 271');
  write(find(host, '[type=search]'), 'nobody');
  expect(host.textContent).toContain('Nobody fits.');
});

test('the head of a column sorts, turns round, and gives up', async () => {
  const rows = [
    submission({ student: 'b', name: '', score: 1 }),
    submission({ student: 'c', name: '', score: null }),
    submission({ student: 'a', name: '', score: 3 })
  ];
  const host = await show(newModel({}, submissions({ rows })));
  const head = () => find(host, 'thead th:nth-child(3)');
  expect(head().getAttribute('aria-sort')).toBe('none');
  click(head().querySelector('button'));
  expect(head().getAttribute('aria-sort')).toBe('ascending');
  expect(students(host)).toEqual(['b', 'a', 'c']);
  click(head().querySelector('button'));
  expect(students(host)).toEqual(['a', 'b', 'c']);
  click(head().querySelector('button'));
  expect(students(host)).toEqual(['b', 'c', 'a']);
});

test('while a thousand are graded, no row is drawn again', async () => {
  let tell: (message: RunMessage) => void = () => undefined;
  let finish: () => void = () => undefined;
  const model = newModel(
    {
      grade: async (_module, _students, _again, onMessage) => {
        tell = onMessage;
        await new Promise<void>(resolve => (finish = resolve));
        onMessage({ kind: 'stopped' });
      }
    },
    submissions({ rows: CLASS })
  );
  const host = await show(model);
  act(() => void model.grade([], true));
  const drawn = vi.spyOn(texts, 'studentText');
  for (let number = 1; number <= 20; number++) {
    act(() => tell({ kind: 'progress', number, total: 1000, secondsLeft: 9 }));
  }
  expect(find(host, 'progress').getAttribute('value')).toBe('20');
  expect(drawn).not.toHaveBeenCalled();
  await act(async () => finish());
  expect(drawn).toHaveBeenCalled();
});

test('a thousand changes come page by page, a thousand names as a number', async () => {
  const changes = CLASS.map(({ student }) => ({
    student,
    before: outcome(0),
    after: outcome(3)
  }));
  const outdated = CLASS.map(row => row.student);
  const model = newModel(
    {
      grade: async (_module, _students, _again, onMessage) =>
        onMessage({
          kind: 'graded',
          graded: { changes, kept: [], outdated: [] }
        })
    },
    submissions({ outdated })
  );
  const host = await show(model);
  expect(host.textContent).toContain(
    '1000 were graded with earlier tests: s0, s1, s2, s3, s4 and 995 more.'
  );
  await act(() => model.grade([], true));
  expect(host.querySelectorAll('.tt-Changes tbody tr').length).toBe(20);
  expect(find(host, '.tt-Pages').textContent).toContain('1 to 20 of 1000');
});

test('cells are asked for when a row is unfolded, and again with new submissions', async () => {
  const cells = vi.fn(async () => []);
  let answer = submissions({ rows: CLASS });
  const model = newModel({ cells, submissions: async () => answer });
  const host = await show(model);
  expect(cells).not.toHaveBeenCalled();
  click(find(host, '[data-student=s7] button'));
  await act(async () => undefined);
  expect(cells.mock.calls).toEqual([['01_sums', 's7']]);
  act(() => model.fail('anything'));
  await act(async () => undefined);
  expect(cells).toHaveBeenCalledTimes(1);
  answer = submissions({ rows: CLASS.map(row => ({ ...row })) });
  await act(() => model.refresh());
  expect(cells).toHaveBeenCalledTimes(2);
});

test('cells that cannot be read are a sentence', async () => {
  const refused = () => Promise.reject(new Error('The books are damaged.'));
  const host = await show(newModel({ cells: refused }));
  click(find(host, '[data-student=ada] button'));
  await act(async () => undefined);
  expect(find(host, '.tt-Submissions [role=alert]').textContent).toBe(
    'The books are damaged.'
  );
});

function order(key: SortKey, descending = false): IOrder {
  return { key, descending };
}

test('names sort and are found as people write them', () => {
  const of = (student: string, name = ''): ISubmission =>
    submission({ student, name });
  const rows = [of('s10'), of('s2'), of('kurt', 'Kurt Gödel')];
  const ids = (found: ISubmission[]) => found.map(row => row.student);
  const byName = { ...EVERYBODY, order: order('student') };
  expect(ids(chosen(rows, byName))).toEqual(['kurt', 's2', 's10']);
  expect(ids(chosen(rows, { ...EVERYBODY, query: ' godel KURT ' }))).toEqual([
    'kurt'
  ]);
  expect(chosen(rows, { ...EVERYBODY, state: 'no such' })).toEqual([]);
  expect(clicked(order('state', true), 'score')).toEqual(order('score'));
});
