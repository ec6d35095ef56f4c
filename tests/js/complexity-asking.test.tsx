/** The renderer of sweeps: what is hidden until a prediction is made, and what is shown then. */

import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { act } from 'react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { askSetting } from '../../labextension/src/complexity/setting';
import { complexityFactory } from '../../labextension/src/mime';
import {
  choose,
  expectHidden,
  expectShown,
  newRenderer,
  predict,
  show,
  skip,
  type
} from './complexity-dom';
import { complexity, point, running } from './complexity-samples';
import { click, find, focus, press } from './dom';

let renderer: IRenderMime.IRenderer;

beforeEach(() => {
  renderer = newRenderer();
});

afterEach(() => act(() => renderer.dispose()));

const render = async (data: unknown, html?: string) =>
  show(renderer, data, html);

test('the factory is safe, so that notebooks from elsewhere show their figures', () => {
  expect(complexityFactory.safe).toBe(true);
});

test('while it asks, nothing of the answer is in the page', async () => {
  const host = await render(running());
  expectHidden(host);
  expect(host.textContent).toContain('3 sizes measured: n = 64 to n = 256');
  await render(complexity());
  expectHidden(host);
});

test('only what is measured is asked for, also while it runs', async () => {
  const host = await render(running());
  expect(host.querySelectorAll('legend')).toHaveLength(2);
  await render(running({ measures: ['time'] }));
  const legends = [...host.querySelectorAll('legend')];
  expect(legends.map(legend => legend.textContent)).toEqual(['Time']);
});

test('a prediction shows the answer beside it', async () => {
  const host = await render(complexity());
  expect(find(host, '[type=submit]')).toHaveProperty('disabled', true);
  predict(host, [0, 'n^2'], [1, 'n']);
  expectShown(host);
  const verdict = (name: string) =>
    find(host, `[data-resource=${name}] .tt-Verdict`);
  expect(verdict('time').dataset['verdict']).toBe('agrees');
  expect(verdict('memory').textContent).toContain(
    'You predicted n; measured: n2.'
  );
  expect(find(host, '[data-resource=time]').textContent).toContain(
    'grew 63.8 times'
  );
  expect(host.querySelectorAll('[data-line=predicted]')).toHaveLength(2);
});

test('skipping shows the answer without a comparison', async () => {
  const host = await render(complexity());
  skip(host);
  expectShown(host);
  expect(host.querySelector('.tt-Verdict')).toBeNull();
  click(find(host, '[data-action=again]'));
  expectHidden(host);
});

test('another power is typed, and time alone can be predicted', async () => {
  const host = await render(complexity());
  choose(host, 0, 'other');
  const power = find(host, '[type=number]');
  type(power, '2.5');
  click(find(host, '[type=submit]'));
  expect(find(host, '.tt-Verdict').textContent).toContain(
    'You predicted n2.5; measured: n2. Your n2.5 would have made it 181 times.'
  );
  expect(host.querySelectorAll('.tt-Verdict')).toHaveLength(1);
});

test('a prediction made while it runs waits for the end', async () => {
  const host = await render(running());
  predict(host, [0, 'n^3']);
  expect(host.textContent).toContain('You predicted: time n3');
  expect(host.querySelector('[data-line=fit]')).toBeNull();
  expect(host.querySelectorAll('[data-resource=time] circle')).toHaveLength(3);
  await render(complexity());
  expectShown(host);
  expect(find(host, '.tt-Verdict').dataset['verdict']).toBe('differs');
});

test('what is chosen stays chosen over updates', async () => {
  const host = await render(running());
  choose(host, 0, 'n^2');
  await render(running({ points: [point(64)] }));
  expect(find(host, '[value="n^2"]')).toHaveProperty('checked', true);
});

test('after the answer the keyboard goes on from the result', async () => {
  const host = await render(complexity());
  focus(find(host, '.tt-Predict .jp-mod-reject'));
  skip(host);
  expect(document.activeElement).toBe(find(host, '.tt-Complexity'));
});

test('the question is spoken once, then the answer', async () => {
  const host = await render(running());
  const spoken = () => find(host, '[aria-live=polite]').textContent;
  const first = spoken();
  expect(first).toContain('Predict how the cost will grow');
  await render(running({ points: [point(64)] }));
  expect(spoken()).toBe(first);
  await render(complexity());
  skip(host);
  expect(spoken()).toBe('Time grows like n^2. Memory grows like n^2.');
});

test('keys of the form do not reach the notebook, but Escape and Ctrl do', async () => {
  const host = await render(complexity());
  const heard = vi.fn();
  document.body.addEventListener('keydown', heard);
  focus(find(host, '[type=radio]'));
  for (const key of ['ArrowDown', 'Enter', 'd']) {
    press(key);
  }
  expect(heard).not.toHaveBeenCalled();
  press('Escape');
  expect(heard).toHaveBeenCalledOnce();
  document.body.removeEventListener('keydown', heard);
});

test('switched off in the settings, nothing is asked', async () => {
  const host = await render(complexity());
  expectHidden(host);
  act(() => {
    askSetting.value = false;
  });
  expectShown(host);
});

test('with --predict nothing is asked, and what was said is shown', async () => {
  const host = await render(
    complexity({
      ask: false,
      prediction: {
        text: 'O(n^3)',
        formula: 'n^3',
        verdict: 'differs',
        sentence: 'You predicted n^3; the time grew like n^2.',
        curves: [
          {
            name: 'n',
            sizes: [64, 1024],
            values: [1e-4, 1],
            low: [],
            high: [],
            others: {}
          }
        ]
      }
    })
  );
  expectShown(host);
  expect(find(host, '.tt-Verdict').textContent).toContain('the time grew like');
  expect(host.querySelector('[data-action=again]')).toBeNull();
  expect(host.querySelectorAll('[data-line=predicted]')).toHaveLength(1);
});

test('a sweep without news does not look alive', async () => {
  vi.useFakeTimers();
  const host = await render(running());
  act(() => {
    vi.advanceTimersByTime(6000);
  });
  expect(host.textContent).toContain('No news for a while');
  await render(running());
  expect(host.textContent).not.toContain('No news for a while');
  vi.useRealTimers();
});
