import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { Widget } from '@lumino/widgets';
import { act } from 'react';
import { beforeEach, expect, test, vi } from 'vitest';

import { MIME_TYPE } from '../../labextension/src/measurement';
import { rendererFactory } from '../../labextension/src/mime';
import { click, find, focus, press } from './dom';
import { measurement, statement } from './samples';

let renderer: IRenderMime.IRenderer;

beforeEach(() => {
  document.body.innerHTML = '';
  renderer = rendererFactory.createRenderer({
    mimeType: MIME_TYPE,
    sanitizer: { sanitize: (html: string) => html.replace(/<script.*/, '') },
    resolver: null,
    linkHandler: null,
    latexTypesetter: null
  });
  Widget.attach(renderer, document.body);
});

async function render(data: unknown, html?: string): Promise<void> {
  const model = { data: { [MIME_TYPE]: data, 'text/html': html } };
  await act(() => renderer.renderModel(model as never));
}

function tile(id: string): string {
  return find(renderer.node, `[data-tile=${id}]`).textContent ?? '';
}

function state(): string | undefined {
  return find(renderer.node, '.tt-Measure').dataset['state'];
}

test('the factory is safe, so that notebooks from elsewhere show their figures', () => {
  expect(rendererFactory.safe).toBe(true);
  expect(rendererFactory.mimeTypes).toEqual([MIME_TYPE]);
});

test('a finished cell shows all five figures and says that times are traced', async () => {
  await render(measurement());
  expect(state()).toBe('done');
  expect(tile('wall')).toBe('Wall time1.25 swith tracing');
  expect(tile('cpu')).toBe('CPU time2.50 s2 cores used · with tracing');
  expect(tile('peak')).toBe('Peak memory24.0 MiBabove the start');
  expect(tile('kept')).toBe('Kept+8.0 MiBat the end');
  expect(tile('rss')).toBe('Process (RSS)130.0 MiB+30.0 MiB from the start');
});

test('an untraced cell claims neither tracing nor memory', async () => {
  await render(
    measurement({
      mode: 'time',
      traced: false,
      traced_s: 0,
      trace_complete: false,
      peak_bytes: null,
      net_bytes: null,
      rss_exact: false
    })
  );
  expect(renderer.node.textContent).not.toContain('with tracing');
  expect(tile('peak')).toBe('Peak memorynot measured');
  expect(tile('kept')).toBe('Keptnot measured');
  expect(tile('rss')).toContain('sampled');
});

test('a cell that outlived its tracing says how long it was traced', async () => {
  await render(
    measurement({
      wall_s: 4,
      traced_s: 1.5,
      trace_complete: false,
      net_bytes: null
    })
  );
  expect(tile('wall')).toContain('with tracing for 1.50 s');
  expect(tile('peak')).toContain('in the first 1.50 s, then not traced');
  expect(tile('kept')).toContain('tracing ended before the cell');
});

test('a running cell says whether it is still traced', async () => {
  const running = { state: 'running', trace_complete: false, net_bytes: null };
  await render(measurement(running));
  expect(tile('peak')).toContain('so far');
  expect(tile('kept')).toContain('known at the end');
  const { timeline } = measurement();
  const traced_bytes = [0, 24, 8, null];
  await render(
    measurement({
      ...running,
      traced_s: 1,
      timeline: { ...timeline, traced_bytes }
    })
  );
  expect(tile('wall')).toContain('with tracing for 1 s');
  expect(tile('peak')).toContain('in the first 1 s, then not traced');
});

test('unknown resident memory is not measured, never 0', async () => {
  await render(measurement({ rss_start_bytes: null, rss_peak_bytes: null }));
  expect(tile('rss')).toBe('Process (RSS)not measured');
});

test('a failed cell names the error and its line', async () => {
  await render(
    measurement({
      state: 'error',
      error: { type: 'ZeroDivisionError', message: 'division', line: 3 },
      statements: [statement({ line: 3, done: false })]
    })
  );
  expect(state()).toBe('error');
  expect(renderer.node.textContent).toContain(
    'ZeroDivisionError at line 3: the figures are those until then'
  );
  expect(renderer.node.textContent).toContain('raised the error');
});

test('an error without a line, and an interrupt, are said too', async () => {
  const error = { type: 'MemoryError', message: '', line: null };
  await render(measurement({ state: 'error', error }));
  expect(renderer.node.textContent).toContain(
    'MemoryError: the figures are those until then'
  );
  await render(measurement({ state: 'interrupted' }));
  expect(renderer.node.textContent).toContain(
    'Interrupted: the figures are those until then'
  );
});

test('a running cell is busy, and its figures follow the updates', async () => {
  await render(measurement({ state: 'running', wall_s: 0.5 }));
  expect(state()).toBe('running');
  expect(renderer.node.querySelector('.tt-Measure-busy')).not.toBeNull();
  expect(tile('wall')).toContain('500 ms');
  await render(measurement({ state: 'running', wall_s: 0.75 }));
  expect(tile('wall')).toContain('750 ms');
  await render(measurement());
  expect(renderer.node.querySelector('.tt-Measure-busy')).toBeNull();
});

test('what screen readers are told changes with the state only', async () => {
  const spoken = () => find(renderer.node, '[aria-live]').textContent;
  await render(measurement({ state: 'running', wall_s: 0.5 }));
  const first = spoken();
  await render(measurement({ state: 'running', wall_s: 0.75 }));
  expect(spoken()).toBe(first);
  await render(measurement());
  expect(spoken()).toBe('Measured: wall time 1.25 s, peak memory 24.0 MiB.');
});

test('a silent kernel does not look alive', async () => {
  vi.useFakeTimers();
  await render(measurement({ state: 'running' }));
  act(() => {
    vi.advanceTimersByTime(6000);
  });
  expect(renderer.node.textContent).toContain('No new figures for a while');
  await render(measurement({ state: 'running', wall_s: 9 }));
  expect(renderer.node.textContent).not.toContain('No new figures');
  vi.useRealTimers();
});

test('an explained tile and a folded part stay so over updates', async () => {
  await render(measurement({ state: 'running' }));
  click(find(renderer.node, '[data-tile=peak]'));
  click(find(renderer.node, '.tt-Statements .tt-Disclosure-button'));
  const table = find(renderer.node, 'table');
  await render(measurement());
  expect(find(renderer.node, 'table')).toBe(table);
  expect(find(renderer.node, '[data-tile=peak]').ariaExpanded).toBe('true');
  expect(renderer.node.textContent).toContain('short-lived temporaries');
  expect(table.closest('[hidden]')).not.toBeNull();
});

test('statements stand in order with their source and bars', async () => {
  await render(measurement());
  const rows = [...renderer.node.querySelectorAll('tbody tr')];
  expect(rows.map(row => row.querySelector('code')?.textContent)).toEqual([
    'x = make()',
    'y = x + 1'
  ]);
  const bars = [
    ...renderer.node.querySelectorAll<HTMLElement>('.tt-Bar > span')
  ];
  expect(bars.map(bar => bar.style.width)).toEqual([
    '100%',
    '100%',
    '25%',
    '50%'
  ]);
});

test('many statements are shown on demand', async () => {
  const statements = Array.from({ length: 14 }, (_, i) =>
    statement({ line: i + 1 })
  );
  await render(measurement({ statements, statements_total: 20 }));
  expect(renderer.node.querySelectorAll('tbody tr')).toHaveLength(10);
  expect(renderer.node.textContent).toContain('14 of 20 known');
  click(find(renderer.node, '.tt-More'));
  expect(renderer.node.querySelectorAll('tbody tr')).toHaveLength(14);
});

test('the timeline is read sample by sample with the keyboard', async () => {
  await render(measurement());
  const slider = find(renderer.node, '[role=slider]');
  focus(slider);
  press('Home');
  expect(slider.getAttribute('aria-valuetext')).toBe(
    'at 0 s, line 1; Python and NumPy 0 B; process 100.0 MiB'
  );
  press('ArrowRight');
  expect(slider.getAttribute('aria-valuetext')).toBe(
    'at 500 ms, line 1; Python and NumPy +24.0 MiB; process 130.0 MiB'
  );
  press('End');
  expect(slider.getAttribute('aria-valuetext')).toContain('line 2');
});

test('keys that read the timeline do not reach the notebook', async () => {
  await render(measurement());
  const heard = vi.fn();
  document.body.addEventListener('keydown', heard);
  focus(find(renderer.node, '[role=slider]'));
  press('ArrowDown');
  expect(heard).not.toHaveBeenCalled();
  press('Escape');
  expect(heard).toHaveBeenCalledOnce();
  document.body.removeEventListener('keydown', heard);
});

test('a cell too short for a line has no timeline, a long gap is said', async () => {
  const three = {
    t_s: [0, 1, 2],
    rss_bytes: [1, 2, 3],
    traced_bytes: [1, 2, 3],
    longest_gap_s: 0
  };
  await render(measurement({ timeline: three }));
  expect(renderer.node.querySelector('.tt-Timeline')).toBeNull();
  const timeline = { ...measurement().timeline, longest_gap_s: 0.9 };
  await render(measurement({ timeline }));
  expect(renderer.node.textContent).toContain(
    'longest time without a sample: 900 ms'
  );
});

test('notes are listed, and a label is shown', async () => {
  await render(measurement({ label: 'naive', notes: ['Too short to trust.'] }));
  expect(find(renderer.node, '.tt-Measure-label').textContent).toBe('naive');
  expect(find(renderer.node, '.tt-Measure-notes').textContent).toBe(
    'Too short to trust.'
  );
});

test('a newer format says so and leaves its HTML to read, sanitized', async () => {
  await render({ version: 7 }, '<b>1.2 s</b><script>bad()</script>');
  expect(renderer.node.textContent).toContain('newer tinytorch-lab (format 7');
  expect(find(renderer.node, 'b').textContent).toBe('1.2 s');
  expect(renderer.node.innerHTML).not.toContain('script');
});

test('a malformed object gives a sentence', async () => {
  await render({ version: 1, state: 'done' });
  expect(state()).toBe('unreadable');
  expect(renderer.node.textContent).toContain('its field "mode" is missing');
});

test('a disposed renderer leaves nothing behind', async () => {
  await render(measurement());
  const node = renderer.node;
  act(() => renderer.dispose());
  expect(node.childElementCount).toBe(0);
  expect(renderer.isDisposed).toBe(true);
});
