/** Due dates, the late policy and extensions: what an instructor sees, and what is asked of the server. */

import { act } from 'react';
import { beforeEach, expect, test, vi } from 'vitest';

import { gradingApi } from '../../labextension/src/grading/api';
import type { IPolicyChanges } from '../../labextension/src/grading/data';
import {
  localInput,
  withOffset
} from '../../labextension/src/grading/local-time';
import { penaltyText, policyText } from '../../labextension/src/grading/texts';
import { click, find } from './dom';
import { newModel, submission, submissions } from './grading-samples';
import { button, clear, show, write } from './grading-screen';
import { trans } from './samples';

const DUE = '2026-12-01T22:59:00+00:00';
const POLICY = { due: DUE, percentPerDay: 10, capPercent: 50 };

beforeEach(() => {
  clear();
  process.env['TZ'] = 'Europe/Berlin';
});

test('times are those of the reader, in summer and in winter', () => {
  expect(localInput(DUE)).toBe('2026-12-01T23:59');
  expect(withOffset('2026-12-01T23:59')).toBe('2026-12-01T23:59:00+01:00');
  expect(withOffset('2026-07-01T23:59')).toBe('2026-07-01T23:59:00+02:00');
  expect(localInput('2026-07-01T21:59:30Z')).toBe('2026-07-01T23:59:30');
  expect(withOffset('2026-07-01T23:59:30')).toBe('2026-07-01T23:59:30+02:00');
  process.env['TZ'] = 'America/St_Johns';
  expect(withOffset('2026-12-01T23:59')).toBe('2026-12-01T23:59:00-03:30');
});

test('the policy and what lateness cost are said', () => {
  expect(policyText({ ...POLICY, due: null }, trans)).toContain('nothing is');
  expect(policyText(POLICY, trans)).toMatch(/^Due .*59.* 10 % .* 50 %\.$/);
  expect(policyText({ ...POLICY, percentPerDay: 0 }, trans)).toContain(
    'costs nothing'
  );
  const late = submission({ score: 2.7, earned: 3 });
  expect(penaltyText(late, trans)).toBe('-0.3 for lateness');
  expect(penaltyText(submission(), trans)).toBe('');
});

test('only what was changed is asked for, and what it makes of the table shows at once', async () => {
  const asked: IPolicyChanges[] = [];
  let answer = submissions({ policy: POLICY });
  const model = newModel({
    submissions: async () => answer,
    changePolicy: async (_module, changes) => {
      asked.push(changes);
      answer = submissions({
        policy: { ...POLICY, percentPerDay: 20 },
        rows: [submission({ score: 2.4, late: '1 d 00:30' })]
      });
    }
  });
  const host = await show(model);
  click(button(host, 'Late Work…'));
  const [due, percent, cap] = host.querySelectorAll('.tt-LateForm input');
  expect((due as HTMLInputElement).value).toBe('2026-12-01T23:59');
  expect((cap as HTMLInputElement).value).toBe('50');
  write(percent, '20');
  click(button(host, 'Save'));
  await act(async () => undefined);
  expect(asked).toEqual([{ percentPerDay: 20 }]);
  expect(host.querySelector('.tt-LateForm')).toBeNull();
  expect(document.activeElement).toBe(button(host, 'Late Work…'));
  const row = find(host, '[data-student=ada]');
  expect(row.textContent).toContain('-0.6 for lateness');
  expect(row.textContent).toContain('late by 1 d 00:30');
});

test('an empty field takes away; nothing changed asks for nothing', async () => {
  const changePolicy = vi.fn(async () => undefined);
  const model = newModel({ changePolicy }, submissions({ policy: POLICY }));
  const host = await show(model);
  click(button(host, 'Late Work…'));
  click(button(host, 'Save'));
  await act(async () => undefined);
  expect(changePolicy).not.toHaveBeenCalled();
  click(button(host, 'Late Work…'));
  write(host.querySelector('[type=datetime-local]'), '');
  click(button(host, 'Save'));
  await act(async () => undefined);
  expect(changePolicy).toHaveBeenCalledWith('01_sums', { due: null });
});

test('a refusal stands in the form, with what was written', async () => {
  const model = newModel(
    {
      changePolicy: () => Promise.reject(new Error('grading.toml is no TOML.'))
    },
    submissions({ policy: POLICY })
  );
  const host = await show(model);
  click(button(host, 'Late Work…'));
  write(host.querySelector('[type=number]'), '20');
  click(button(host, 'Save'));
  await act(async () => undefined);
  expect(find(host, '[role=alert]').textContent).toContain('no TOML');
  const kept = find(host, '[type=number]') as HTMLInputElement;
  expect(kept.value).toBe('20');
  act(() => {
    kept.dispatchEvent(
      new KeyboardEvent('keydown', { key: 'Escape', bubbles: true })
    );
  });
  expect(host.querySelector('.tt-LateForm')).toBeNull();
});

test('who handed in nothing can be extended, and the extension taken away', async () => {
  const extend = vi.fn(async () => undefined);
  const rows = [
    submission({ student: 'eve', handedIn: null, state: 'not handed in' }),
    submission({ student: 'kay', extension: '2026-12-04T22:59:00+00:00' })
  ];
  const model = newModel({ extend }, submissions({ policy: POLICY, rows }));
  const host = await show(model);
  expect(find(host, '[data-student=kay]').textContent).toContain('extended to');
  click(find(host, '[data-student=eve] button'));
  click(button(host, 'Extension…'));
  write(host.querySelector('[type=datetime-local]'), '2026-12-03T12:00');
  click(button(host, 'Save'));
  await act(async () => undefined);
  expect(extend).toHaveBeenLastCalledWith(
    '01_sums',
    'eve',
    '2026-12-03T12:00:00+01:00'
  );
  click(find(host, '[data-student=eve] button'));
  click(find(host, '[data-student=kay] button'));
  await act(async () => undefined);
  click(button(host, 'Extension…'));
  const shown = find(host, '[type=datetime-local]') as HTMLInputElement;
  expect(shown.value).toBe('2026-12-04T23:59');
  click(button(host, 'Take Away'));
  await act(async () => undefined);
  expect(extend).toHaveBeenLastCalledWith('01_sums', 'kay', null);
});

test('without a due date there is nothing to extend', async () => {
  const host = await show(newModel());
  click(find(host, '[data-student=ada] button'));
  await act(async () => undefined);
  expect(host.textContent).not.toContain('Extension…');
});

test('a change that is not named is not sent', async () => {
  const sent: unknown[] = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (...args) => {
    const request = args[0] as Request;
    sent.push(JSON.parse(await request.clone().text()));
    return new Response('{}');
  });
  await gradingApi(trans).changePolicy('01_sums', { capPercent: null });
  await gradingApi(trans).extend('01_sums', 'ada', null);
  expect(sent).toEqual([
    { module: '01_sums', changes: { cap_percent: null } },
    { module: '01_sums', student: 'ada', until: '' }
  ]);
});
