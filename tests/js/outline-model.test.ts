/** The steps of a module and their hints, as the model keeps them. */

import { expect, test } from 'vitest';

import { keepHints } from '../../labextension/src/work/kept-hints';
import {
  firstOpen,
  OutlineModel
} from '../../labextension/src/work/outline-model';
import { api, step } from './course-samples';

test('hints come one at a time and then no more', async () => {
  const one = step({ hints: ['first', 'second'] });
  const outline = new OutlineModel(api({ outline: async () => [one] }));
  await outline.load('01_tensor');
  expect(outline.hintsShown(one)).toBe(0);
  expect([1, 2, 3].map(() => outline.showHint(one))).toEqual([
    true,
    true,
    false
  ]);
  expect(outline.hintsShown(one)).toBe(2);
});

/** JupyterLab's state, so far empty. */
function stateDB() {
  const kept = new Map<string, unknown>();
  return {
    kept,
    fetch: async (key: string) => kept.get(key) as never,
    save: async (key: string, value: unknown) => void kept.set(key, value)
  };
}

test('hints that were shown are shown again by the next page, and nothing is forgotten', async () => {
  const state = stateDB();
  const [one, other] = [
    step({ hints: ['first', 'second'] }),
    step({ cellId: 'b', hints: ['only'] })
  ];
  const outlines = [1, 2, 3].map(() => new OutlineModel(api({})));
  const [first, second, third] = outlines as [
    OutlineModel,
    OutlineModel,
    OutlineModel
  ];
  await keepHints(first, state);
  first.showHint(one);
  await keepHints(second, state);
  expect(second.hintsShown(one)).toBe(1);
  second.showHint(one);
  second.showHint(other);
  await keepHints(third, state);
  expect([one, other].map(each => third.hintsShown(each))).toEqual([2, 1]);
});

test.each([[undefined], [null], ['x'], [{ '01-as-array': 'many' }]])(
  'what is no count of hints is left out: %j',
  async kept => {
    const outline = new OutlineModel(api({}));
    outline.restoreHints(kept);
    expect(outline.hintsShown(step({}))).toBe(0);
  }
);

test('an outline belongs to its module; a late answer to an earlier question is dropped', async () => {
  let answer: (steps: ReturnType<typeof step>[]) => void = () => undefined;
  const outline = new OutlineModel({
    outline: module =>
      module === '01_tensor'
        ? new Promise(resolve => (answer = resolve))
        : Promise.reject(new Error('It is not readable.'))
  });
  const first = outline.load('01_tensor');
  await outline.load('02_activations');
  answer([step({})]);
  await first;
  expect(outline.of('01_tensor')).toBeNull();
  expect(outline.of('02_activations')?.error).toBe('It is not readable.');
});

test('the first open step is where one goes on', () => {
  const [a, b] = [step({ done: true }), step({ cellId: 'b' })];
  expect(firstOpen([a, b])).toBe(b);
  expect(firstOpen([a])).toBeNull();
});
