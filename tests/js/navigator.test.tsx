/** The head of the navigator, the first screen, and what goes wrong. */

import { act } from 'react';
import { beforeEach, expect, test } from 'vitest';

import { course, module } from './course-samples';
import { click, find } from './dom';
import {
  actions,
  clear,
  newModel,
  row,
  server,
  show,
  view
} from './navigator-screen';

beforeEach(clear);

test('points and measured time are summed in the head', async () => {
  const tests = {
    passed: 10,
    total: 10,
    points: 76,
    maxPoints: 76,
    at: '',
    stale: false
  };
  server.answer = course({
    modules: [module({ state: 'complete', tests, measuredSeconds: 90 })]
  });
  const host = await show();
  expect(host.textContent).toContain('76 of 100 points · 1 min 30 s measured');
  expect(find(host, '[role=progressbar]').ariaValueText).toBe(
    '1 of 1 modules complete'
  );
  expect(row(host, '01_tensor').textContent).toContain('76/100');
});

test('the button goes on where the student is', async () => {
  const host = await show();
  const button = find(host, '.tt-Navigator-continue');
  expect(button.textContent).toBe('Continue with 01 Tensor');
  click(button);
  expect(actions.goOn).toHaveBeenCalled();
});

test('it goes on with the module that was open last, also if another one is further', async () => {
  const model = newModel();
  model.restore('02_activations');
  const host = await show(model);
  expect(find(host, '.tt-Navigator-continue').textContent).toBe(
    'Continue with 02 Activations'
  );
});

test('a new student is told to start, a finished one is told nothing', async () => {
  server.answer = course({ modules: [module({})] });
  expect((await show()).textContent).toContain('Start 01 Tensor');
  server.answer = course({ modules: [module({ state: 'complete' })] });
  expect((await show()).querySelector('.tt-Navigator-continue')).toBeNull();
});

test('a folder can be updated from a file, and there is no such button without one', async () => {
  const upload = 'jp-button[title="Update from a file of your course"]';
  click(find(await show(), upload));
  expect(actions.updateFrom).toHaveBeenCalled();
  server.answer = course({ folder: null });
  expect((await show()).querySelector(upload)).toBeNull();
});

test('without a student folder the first screen makes one', async () => {
  server.answer = course({
    folder: null,
    problem: 'There is no student folder.'
  });
  const host = await show();
  expect(host.querySelector('[role=tree]')).toBeNull();
  expect(host.textContent).toContain('There is no student folder.');
  click(find(host, '.tt-FirstScreen button'));
  expect(actions.makeFolder).toHaveBeenCalled();
});

test("the server's problem is shown above the modules", async () => {
  server.answer = course({ problem: 'progress.json is not JSON.' });
  const host = await show();
  expect(find(host, '[role=alert]').textContent).toContain('not JSON');
  expect(host.querySelector('[role=tree]')).not.toBeNull();
});

test('a failed request is said, and the last course stays', async () => {
  const model = newModel();
  const host = view(model);
  await act(() => model.refresh());
  server.answer = new Error('The Jupyter server does not answer.');
  await act(() => model.refresh());
  expect(find(host, '[role=alert]').textContent).toContain('does not answer');
  expect(host.querySelector('[role=tree]')).not.toBeNull();
  server.answer = course();
  click(find(host, '[role=alert] button'));
  await act(async () => undefined);
  expect(host.querySelector('[role=alert]')).toBeNull();
});
