/** The selected module on the screen: what it says, its buttons, its outline. */

import { act } from 'react';
import { beforeEach, expect, test } from 'vitest';

import { step } from './course-samples';
import { click, find } from './dom';
import { actions, button, clear, show } from './work-screen';

beforeEach(clear);

test('what a module is about, its figures, and what is missing', async () => {
  const { host } = await show({
    state: 'locked',
    missing: ['00_start'],
    timesReference: 40.2,
    measuredSeconds: 12,
    tests: {
      passed: 9,
      total: 10,
      points: 68,
      maxPoints: 76,
      at: '',
      stale: true
    }
  });
  for (const text of [
    '01 Tensor',
    'prerequisites missing',
    'You build: Tensor',
    '9 of 10 tests passed before your last change, 68 of 76 points',
    '40.2 times the time of the reference',
    '12 s measured',
    'Complete first: 00_start.'
  ]) {
    expect(host.textContent).toContain(text);
  }
});

test('a module that is not there yet has no buttons', async () => {
  const { host } = await show({ state: 'unavailable', path: null });
  expect(host.textContent).toContain('not in this version yet');
  expect(host.querySelector('button')).toBeNull();
});

test('the buttons do what they say', async () => {
  const { host } = await show();
  for (const [name, action] of [
    ['Open', actions.open],
    ['Test', actions.test],
    ['Complete', actions.complete],
    ['More actions', actions.more]
  ] as const) {
    click(button(host, name));
    expect(action).toHaveBeenCalledTimes(1);
  }
});

test('mine or reference is one click, once there is a file of the own', async () => {
  expect((await show()).host.querySelector('fieldset')).toBeNull();
  const { host } = await show({ completed: true, source: 'mine' });
  const radios = [...host.querySelectorAll<HTMLInputElement>('[type=radio]')];
  expect(radios.map(radio => radio.checked)).toEqual([true, false]);
  click(radios[1] ?? null);
  expect(actions.use.mock.calls[0]?.[1]).toBe(false);
});

test('an update and feedback are offered when they are there', async () => {
  const { host } = await show({ update: true, feedback: 'f.html' });
  click(button(host, 'Update'));
  click(button(host, 'Read It'));
  expect(actions.update).toHaveBeenCalled();
  expect(actions.feedback).toHaveBeenCalled();
  expect(host.textContent).toContain('Feedback from your instructor is there');
  expect(host.textContent).not.toContain('Graded');
  const bare = (await show()).host;
  expect(bare.textContent).not.toContain('newer version');
  expect(bare.textContent).not.toContain('Feedback');
});

test.each([
  [61, '61 of 76 points'],
  [60.5, '60.5 of 76 points'],
  [60.004, '60 of 76 points']
])('feedback with a grade of %d says so', async (points, words) => {
  const grade = { points, maxPoints: 76 };
  const { host } = await show({ feedback: 'f.html', grade });
  expect(host.textContent).toContain(`Graded: ${words}`);
});

test('receipt, reset and update are said in full, a refusal as an alert', async () => {
  const receipt = {
    file: 'submissions/a.zip',
    at: '2026-11-30',
    sha256: 'abc',
    tests: 'not run yet'
  };
  const { host, work } = await show(
    {},
    {
      submit: async () => receipt,
      reset: async () => 'backups/a.ipynb',
      update: async () => [
        { id: '01_tensor', sentence: '2 new (a, b)', backup: 'backups/b.ipynb' }
      ]
    }
  );
  const said = () => find(host, '.tt-Notice');
  await act(() => work.submit('01_tensor', 'x'));
  Object.values(receipt).forEach(value =>
    expect(said().textContent).toContain(value)
  );
  await act(() => work.reset('01_tensor', 'x'));
  expect(said().textContent).toContain('backups/a.ipynb');
  await act(() => work.update(['x'], '01_tensor'));
  expect(said().textContent).toContain('2 new (a, b)');
  expect(said().textContent).toContain('backups/b.ipynb');
  expect(said().getAttribute('role')).toBe('status');
  act(() => work.refuse('01_tensor', 'The disk is full.'));
  expect(said().getAttribute('role')).toBe('alert');
  expect(said().textContent).toContain('The disk is full.');
  click(button(host, 'Dismiss'));
  expect(host.querySelector('.tt-Notice')).toBeNull();
});

test('the outline ticks what is done, goes to cells, and gives hints one at a time', async () => {
  const steps = [
    step({ done: true }),
    step({
      cellId: 'b',
      title: 'reshape',
      message: 'reshape gave None',
      hints: ['first', 'second']
    }),
    step({
      kind: 'measure',
      cellId: 'c',
      title: 'views',
      section: '1.4',
      points: 0
    })
  ];
  const { host, outline } = await show({}, { outline: async () => steps });
  await act(() => outline.load('01_tensor'));
  expect(find(host, '.tt-Outline h4').textContent).toBe('Steps: 1 of 3 done');
  const headings = [...host.querySelectorAll('h5')].map(h => h.textContent);
  expect(headings).toEqual(['1.1 What comes in', '1.4']);
  const words = [...host.querySelectorAll('.tt-Step')].map(s => s.textContent);
  expect(words[0]).toMatch(/^as_arrayBuild9 points, done$/);
  expect(words[1]).toMatch(/, not done yet$/);
  expect(words[2]).toBe('viewsMeasure, not done yet');
  expect(host.textContent).toContain('reshape gave None');
  click(host.querySelectorAll('.tt-Step')[1] ?? null);
  expect(actions.jump.mock.calls[0]?.[1]).toBe('b');

  const hints = find(host, '.tt-Hints');
  expect(hints.textContent).toBe('Show a hint reshape');
  click(hints.querySelector('button'));
  expect(hints.textContent).toBe('Hint 1 of 2: firstNext hint reshape');
  click(hints.querySelector('button'));
  expect(hints.textContent).toContain('Hint 2 of 2: second');
  expect(hints.querySelector('button')).toBeNull();
});

test('an outline that cannot be read says why', async () => {
  const { host, outline } = await show(
    {},
    { outline: () => Promise.reject(new Error('It is not a notebook.')) }
  );
  await act(() => outline.load('01_tensor'));
  expect(find(host, '[role=alert]').textContent).toBe('It is not a notebook.');
});

test('an unreadable notebook is said once, in place of its outline', async () => {
  const problem = 'tensor.ipynb is not a readable notebook.';
  const { host, outline } = await show(
    { problem },
    { outline: async () => [step({})] }
  );
  await act(() => outline.load('01_tensor'));
  expect(host.querySelectorAll('[role=alert]')).toHaveLength(1);
  expect(find(host, '[role=alert]').textContent).toBe(problem);
  expect(host.querySelector('.tt-Outline')).toBeNull();
});
