/** The tree of modules and milestones. */

import { beforeEach, expect, test } from 'vitest';

import { course, milestone, module } from './course-samples';
import { click, find, focus, press } from './dom';
import {
  actions,
  clear,
  focused,
  newModel,
  row,
  rows,
  search,
  server,
  show
} from './navigator-screen';

beforeEach(clear);

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
  expect(focused()).toBe('01_tensor');
  const path = [
    'Home',
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
    'part:Foundation',
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
  expect(actions.open.mock.calls).toEqual([['01_tensor'], ['02_activations']]);
});

test('a module without a lesson does not open', async () => {
  const host = await show();
  expect(row(host, '09_convolutions').ariaDisabled).toBe('true');
  click(row(host, '09_convolutions'));
  expect(actions.open).not.toHaveBeenCalled();
});

test('the row with the focus is the selected one, and Tab comes back to it', async () => {
  const model = newModel();
  const host = await show(model);
  expect(row(host, '01_tensor').ariaSelected).toBe('true');
  focus(row(host, '02_activations'));
  expect(model.selected?.id).toBe('02_activations');
  expect(row(host, '02_activations').ariaSelected).toBe('true');
  expect(row(host, '02_activations').tabIndex).toBe(0);
});

test('each state has its own words and its own shape', async () => {
  const states = [
    'ready',
    'locked',
    'in progress',
    'tests pass',
    'complete',
    'changed',
    'unavailable'
  ] as const;
  server.answer = course({
    modules: states.map(state => module({ id: state, state, solved: 3 }))
  });
  const host = await show();
  const labels = states.map(state => row(host, state).ariaLabel);
  expect(new Set(labels).size).toBe(states.length);
  const shapes = states.map(state => find(row(host, state), 'svg').innerHTML);
  // A ring and a dotted ring differ in their stroke only.
  expect(new Set(shapes).size).toBe(states.length - 2);
});

test('milestones are a group of their own that says how many are unlocked', async () => {
  server.answer = course({
    milestones: [
      milestone({ missing: [] }),
      milestone({ id: '2_1969_xor', number: '2', title: 'XOR' })
    ]
  });
  const host = await show();
  expect(row(host, 'milestones').ariaLabel).toBe('Milestones, 1 of 2 unlocked');
  expect(row(host, '1_1957_perceptron').ariaLabel).toContain('unlocked');
  const locked = row(host, '2_1969_xor');
  expect(locked.ariaLabel).toContain('locked');
  expect(locked.getAttribute('aria-description')).toContain(
    'Unlocks with: 01 Tensor.'
  );
  click(locked);
  focus(row(host, '1_1957_perceptron'));
  press('Enter');
  expect(actions.openMilestone.mock.calls).toEqual([
    ['2_1969_xor'],
    ['1_1957_perceptron']
  ]);
});

test('a search finds by name, number and what is built, in folded parts too', async () => {
  server.answer = course({ milestones: [milestone({})] });
  const host = await show();
  focus(row(host, 'part:Foundation'));
  press('ArrowLeft');
  search(host, 'relu');
  expect(rows(host)).toEqual(['part:Foundation', '02_activations']);
  search(host, '09');
  expect(rows(host)).toEqual(['part:Vision', '09_convolutions']);
  search(host, '1957 percep');
  expect(rows(host)).toEqual(['milestones', '1_1957_perceptron']);
  search(host, 'zebra');
  expect(find(host, '[role=status]').textContent).toBe('Nothing found.');
  focus(find(host, 'input[type=search]'));
  press('Escape');
  expect(rows(host)).toContain('part:Vision');
  expect(rows(host)).not.toContain('01_tensor');
});
