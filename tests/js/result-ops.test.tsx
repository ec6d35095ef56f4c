/** Operations, sites and statements in the result: whose time and memory it is, and what is left out. */

import { beforeEach, expect, test } from 'vitest';

import { ResultView } from '../../labextension/src/result/view';
import { readMeasurement } from '../../labextension/src/measurement';
import { hostPlace } from '../../labextension/src/host';
import { find, mount } from './dom';
import { fullMeasurement, op, trans } from './samples';

beforeEach(() => {
  document.body.innerHTML = '';
  hostPlace.current = null;
});

function view(data: unknown): JSX.Element {
  return (
    <ResultView
      reading={readMeasurement(data)}
      fallbackHTML={null}
      text="plain"
      node={document.body}
      trans={trans}
    />
  );
}

function limits(host: HTMLElement): (string | null | undefined)[] {
  return [...find(host, '.tt-Ops').querySelectorAll('tbody tr')].map(
    row => row.children[5]?.textContent
  );
}

function summary(host: HTMLElement, part: string): string | null {
  return find(host, `${part} .tt-Disclosure-summary`).textContent;
}

test('times of operations and lines say that they carry tracing', () => {
  const traced = mount(view(fullMeasurement({ traced: true }))).host;
  expect(summary(traced, '.tt-Ops')).toContain(' · with tracing');
  expect(summary(traced, '.tt-Lines')).toContain('and of tracing');
  const untraced = mount(
    view(fullMeasurement({ traced: false, runs: [] }))
  ).host;
  expect(summary(untraced, '.tt-Ops')).not.toContain('trac');
  expect(summary(untraced, '.tt-Lines')).not.toContain('trac');
  const run = { wall_s: 1, cpu_s: 1, traced: true };
  const repeated = mount(
    view(fullMeasurement({ traced: false, runs: [run] }))
  ).host;
  expect(summary(repeated, '.tt-Ops')).toContain(' · in the traced run');
});

test('what only moves data has a limit, in the words of the kernel, but no place on the plot', () => {
  const moves = [
    op({ name: 'concatenate', wall_s: 0.1, flops: 0, moved_bytes: 8e8 }),
    op({ name: 'reshape', wall_s: 0.001, flops: 0, moved_bytes: 0 }),
    op({ name: 'index', wall_s: 0.0001, flops: 0, moved_bytes: 2e6 })
  ];
  const { host } = mount(view(fullMeasurement({ ops: moves })));
  expect(limits(host)).toEqual([
    'memory-bound · 80 %',
    'overhead-bound · 0 %',
    'memory-bound, from the caches · 200 %'
  ]);
  expect(host.querySelector('.tt-Roofline')).toBeNull();
});

test('a library that is called from a loop is called from all of its lines', () => {
  const full = fullMeasurement();
  const [first] = full.statements;
  const { host } = mount(
    view({ ...full, statements: [{ ...first, line: 2, end_line: 4 }] })
  );
  expect(find(host, '.tt-Sites tbody').textContent).toContain(
    'called from lines 2 to 4'
  );
});

test('statements that are not kept are not called unreached', () => {
  const done = mount(view(fullMeasurement({ statements_total: 900 }))).host;
  expect(summary(done, '.tt-Statements')).toMatch(/^\d+ of 900 known/);
  const failed = mount(
    view(fullMeasurement({ statements_total: 900, state: 'error' }))
  ).host;
  expect(summary(failed, '.tt-Statements')).toMatch(/^\d+ of 900 reached/);
});
