/** The renderer of sweeps: the result once it is shown. */

import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { act } from 'react';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { choose, newRenderer, predict, show, type } from './complexity-dom';
import {
  complexity,
  growth,
  memoryGrowth,
  twoSizes
} from './complexity-samples';
import { click, find } from './dom';

let renderer: IRenderMime.IRenderer;

beforeEach(() => {
  renderer = newRenderer();
});

afterEach(() => act(() => renderer.dispose()));

const render = async (data: unknown, html?: string) =>
  show(renderer, data, html);

test('undecided is an answer', async () => {
  const open = { decided: false, candidates: ['n^2', 'n^2 log n'] };
  const host = await render(
    complexity({ ask: false, time: growth({ ...open, confidence: 0.6 }) })
  );
  const time = find(host, '[data-resource=time]').textContent;
  expect(time).toContain('undecided between n2 and n2 log n');
  expect(time).toContain('not sure, 60 %');
  expect(time).toContain('best guess: n2');
});

test('several sizes are predicted and shown one by one', async () => {
  const host = await render(twoSizes());
  expect(host.querySelectorAll('fieldset')).toHaveLength(2);
  choose(host, 0, 'n');
  expect(find(host, '[type=submit]')).toHaveProperty('disabled', true);
  predict(host, [1, 'n']);
  const time = find(host, '[data-resource=time]');
  expect(time.textContent).toContain('You predicted batch · d; measured');
  expect(time.textContent).toContain('Exponent of d1.99 (1.96 to 2.03)');
  expect(time.textContent).toContain('predicted 1');
  expect(time.querySelectorAll('.tt-Plot-points circle')).toHaveLength(1);
  click(host.querySelectorAll('.tt-SizeSwitch button')[1] ?? null);
  expect(time.querySelectorAll('.tt-Plot-points circle')).toHaveLength(3);
});

test('the slider says what larger sizes cost', async () => {
  const host = await render(complexity({ ask: false }));
  const slider = find(host, '[type=range]');
  expect(slider.getAttribute('aria-valuetext')).toContain('n = 1\u202f024');
  type(slider, '16');
  // 1 ms + 4096^2 / 2^20 s, and 8 bytes * 4096^2.
  expect(slider.getAttribute('aria-valuetext')).toBe(
    'n = 4\u202f096; time about 16.0 s (12.8 s to 20.0 s); memory about 128.0 MiB (102.4 MiB to 160.0 MiB)'
  );
  expect(host.querySelector('.tt-Plot-reach')).not.toBeNull();
});

test('knees are marked in the plot and told', async () => {
  const knee = { name: 'n', at: 256, kind: 'slower', text: 'Cache from here.' };
  const host = await render(
    complexity({ ask: false, memory: memoryGrowth({ knees: [knee] }) })
  );
  expect(host.querySelectorAll('.tt-Plot-knees g')).toHaveLength(1);
  expect(host.textContent).toContain('Cache from here.');
});

test('a sweep that could not tell says why, and asks nothing', async () => {
  const host = await render(
    complexity({
      state: 'error',
      points: [],
      time: null,
      memory: null,
      stopped: { reason: 'error', text: 'ValueError at n = 64.' }
    })
  );
  expect(host.querySelector('form')).toBeNull();
  expect(host.textContent).toContain('ValueError at n = 64.');
});

test('a newer format says so and leaves its HTML to read, sanitized', async () => {
  const host = await render({ version: 7 }, '<b>n^2</b><script>bad()</script>');
  expect(host.textContent).toContain('newer tinytorch-lab (format 7');
  expect(find(host, 'b').textContent).toBe('n^2');
  expect(host.innerHTML).not.toContain('script');
});

test('a malformed object gives a sentence', async () => {
  const host = await render({ version: 1, names: ['n'] });
  expect(host.textContent).toContain('its field "state" is missing');
});

test('doubling starts from the largest size that this cost was measured at', async () => {
  const points = complexity().points.map(each =>
    each.sizes['n'] === 1024 ? { ...each, peak_bytes: null } : each
  );
  const host = await render(complexity({ ask: false, points }));
  const doubling = (resource: string) =>
    find(host, `[data-resource=${resource}] .tt-Facts`).textContent;
  expect(doubling('time')).toContain('at n = 2\u202f048');
  expect(doubling('memory')).toContain('at n = 1\u202f024');
});
