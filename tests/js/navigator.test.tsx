import React from 'react';
import { act } from 'react';
import { beforeEach, expect, test, vi } from 'vitest';

import type { ICourse } from '../../labextension/src/navigator/course';
import { CourseModel } from '../../labextension/src/navigator/model';
import { NavigatorView } from '../../labextension/src/navigator/view';
import { click, find, focus, mount, press } from './dom';
import { course, module, trans } from './samples';

let answer: ICourse | Error;
const onOpen = vi.fn();

beforeEach(() => {
  document.body.innerHTML = '';
  answer = course();
  onOpen.mockReset();
});

function newModel(): CourseModel {
  return new CourseModel({
    fetchCourse: async () => {
      if (answer instanceof Error) {
        throw answer;
      }
      return answer;
    },
    fetchPath: async id => `modules/${id}/x.ipynb`,
    openPath: async () => undefined
  });
}

async function show(): Promise<HTMLElement> {
  const model = newModel();
  const { host } = mount(
    <NavigatorView model={model} onOpen={onOpen} trans={trans} />
  );
  await act(() => model.refresh());
  return host;
}

function row(host: HTMLElement, id: string): HTMLElement {
  return find(host, `[data-row="${id}"]`);
}

function focused(): string | undefined {
  return (document.activeElement as HTMLElement).dataset['row'];
}

test('modules stand under their parts, with their state in words', async () => {
  const host = await show();
  const labels = [...host.querySelectorAll('[role=treeitem]')].map(item =>
    item.getAttribute('aria-label')
  );
  expect(labels).toEqual([
    'Foundation, 0 of 2 complete',
    '01 Tensor, in progress, 2 of 14 exercises solved',
    '02 Activations, prerequisites missing',
    'Vision, 0 of 1 complete',
    '09 Convolutions, not in this version yet'
  ]);
  expect(host.textContent).toContain('0 of 3 modules complete');
});

test('each row tells screen readers what is missing', async () => {
  const host = await show();
  const description = row(host, '02_activations').getAttribute(
    'aria-description'
  );
  expect(description).toContain('Complete first: 01 Tensor.');
  expect(
    row(host, '09_convolutions').getAttribute('aria-description')
  ).toContain('no lesson for it yet');
});

test('one row is in the tab order, and the keys move it', async () => {
  const host = await show();
  const tabbable = () => [
    ...host.querySelectorAll('[role=tree] [tabindex="0"]')
  ];
  expect(tabbable()).toHaveLength(1);
  focus(tabbable()[0] as HTMLElement);
  const path = [
    'ArrowDown',
    'ArrowDown',
    'ArrowUp',
    'ArrowLeft',
    'End',
    'Home'
  ].map(key => {
    press(key);
    return focused();
  });
  expect(path).toEqual([
    '01_tensor',
    '02_activations',
    '01_tensor',
    'part:Foundation',
    '09_convolutions',
    'part:Foundation'
  ]);
  expect(tabbable()).toHaveLength(1);
});

test('a part folds with the left arrow and unfolds with the right one', async () => {
  const host = await show();
  focus(row(host, 'part:Foundation'));
  press('ArrowLeft');
  expect(row(host, 'part:Foundation').ariaExpanded).toBe('false');
  expect(host.querySelector('[data-row="01_tensor"]')).toBeNull();
  press('ArrowDown');
  expect(focused()).toBe('part:Vision');
  press('ArrowUp');
  press('ArrowRight');
  expect(row(host, '01_tensor')).not.toBeNull();
  press('ArrowRight');
  expect(focused()).toBe('01_tensor');
});

test('a letter goes to the next name that starts with it', async () => {
  const host = await show();
  focus(row(host, '01_tensor'));
  press('c');
  expect(focused()).toBe('09_convolutions');
  press('x');
  expect(focused()).toBe('09_convolutions');
});

test('Enter and click open a module, a locked one too', async () => {
  const host = await show();
  focus(row(host, '01_tensor'));
  press('Enter');
  click(row(host, '02_activations'));
  expect(onOpen.mock.calls).toEqual([['01_tensor'], ['02_activations']]);
});

test('a module without a lesson does not open', async () => {
  const host = await show();
  expect(row(host, '09_convolutions').ariaDisabled).toBe('true');
  click(row(host, '09_convolutions'));
  expect(onOpen).not.toHaveBeenCalled();
});

test('the focused module is explained in the panel', async () => {
  const host = await show();
  expect(find(host, '.tt-About h3').textContent).toBe('01 Tensor');
  focus(row(host, '02_activations'));
  expect(find(host, '.tt-About').textContent).toContain(
    'Complete first: 01 Tensor. You can open it all the same.'
  );
});

test('the button goes on where the student is', async () => {
  const host = await show();
  const button = find(host, '.tt-Navigator-continue');
  expect(button.textContent).toBe('Continue with 01 Tensor');
  click(button);
  expect(onOpen).toHaveBeenCalledWith('01_tensor');
});

test('a new student is told to start, a finished one is told nothing', async () => {
  answer = course({ modules: [module({})] });
  expect((await show()).textContent).toContain('Start 01 Tensor');
  answer = course({ modules: [module({ state: 'complete' })] });
  expect((await show()).querySelector('.tt-Navigator-continue')).toBeNull();
});

test('outside a student folder the panel says how to make one', async () => {
  answer = course({ folder: null });
  const host = await show();
  expect(host.textContent).toContain('No student folder here');
  expect(host.textContent).toContain('tinytorch-lab new DIR');
  expect(host.querySelector('[role=tree]')).toBeNull();
});

test("the server's problem is shown above the modules", async () => {
  answer = course({ problem: 'progress.json is not JSON.' });
  const host = await show();
  expect(find(host, '[role=alert]').textContent).toContain('not JSON');
  expect(host.querySelector('[role=tree]')).not.toBeNull();
});

test('a failed request is said, and the last course stays', async () => {
  const model = newModel();
  const { host } = mount(
    <NavigatorView model={model} onOpen={onOpen} trans={trans} />
  );
  await act(() => model.refresh());
  answer = new Error('The Jupyter server does not answer.');
  await act(() => model.refresh());
  expect(find(host, '[role=alert]').textContent).toContain('does not answer');
  expect(host.querySelector('[role=tree]')).not.toBeNull();
  answer = course();
  click(find(host, '[role=alert] button'));
  await act(async () => undefined);
  expect(host.querySelector('[role=alert]')).toBeNull();
});
