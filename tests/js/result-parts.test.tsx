/** The parts of a result that version 2 brought: what they say, and when they are there. */

import { beforeEach, expect, test } from 'vitest';

import { ResultView } from '../../labextension/src/result/view';
import { readMeasurement } from '../../labextension/src/measurement';
import { hostPlace } from '../../labextension/src/host';
import { click, find, focus, mount, press } from './dom';
import { earlier, fullMeasurement, measurement, op, trans } from './samples';

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

function texts(host: HTMLElement, selector: string): (string | null)[] {
  return [...host.querySelectorAll(selector)].map(each => each.textContent);
}

function rows(host: HTMLElement, part: string): string[][] {
  return [...find(host, part).querySelectorAll('tbody tr')].map(row =>
    [...row.children].map(cell => cell.textContent ?? '')
  );
}

function summary(host: HTMLElement, part: string): string | null {
  return find(host, `${part} .tt-Disclosure-summary`).textContent;
}

test('parts without data are not there', () => {
  const { host } = mount(view(measurement()));
  expect(texts(host, '.tt-Disclosure-button')).toEqual([
    'Memory over time',
    'Statements'
  ]);
  expect(host.querySelector('.tt-Understand')).toBeNull();
});

test('a full result has its parts in order, and what is folded stays so over updates', () => {
  const { host, show } = mount(view(fullMeasurement()));
  expect(texts(host, '.tt-Disclosure-button')).toEqual([
    'Earlier runs',
    'Memory over time',
    'Statements',
    'Lines',
    'Operations',
    'Roofline',
    'Memory of tensors',
    'Allocation sites'
  ]);
  const button = find(host, '.tt-Sites .tt-Disclosure-button');
  expect(button.ariaExpanded).toBe('false');
  click(button);
  show(view(fullMeasurement({ wall_s: 1.5 })));
  expect(find(host, '.tt-Sites .tt-Disclosure-button').ariaExpanded).toBe(
    'true'
  );
});

test('the first three sentences are shown, the figures of each on demand', () => {
  const { host } = mount(view(fullMeasurement()));
  expect(texts(host, '.tt-Understand li')).toHaveLength(3);
  click(find(host, '.tt-Understand .tt-More'));
  expect(texts(host, '.tt-Understand li')).toHaveLength(4);
  const figures = find(host, '[data-rule=rule-1] dl');
  expect(figures.hidden).toBe(true);
  click(find(host, '[data-rule=rule-1] button'));
  expect(figures.hidden).toBe(false);
  expect(figures.textContent).toBe('cpu_s2.50 speak_bytes24.0 MiB');
});

test('statements show CPU time as a share of wall time', () => {
  const { host } = mount(view(fullMeasurement()));
  expect(rows(host, '.tt-Statements')[1]).toEqual([
    '2',
    'y = x + 1',
    '250 ms',
    '40 %',
    '12.0 MiB',
    '0 B'
  ]);
});

test('lines carry their share, hits and time per hit', () => {
  const { host } = mount(view(fullMeasurement()));
  expect(rows(host, '.tt-Lines')[1]).toEqual([
    '2',
    '    work(i)',
    '900 ms',
    '90 %',
    '9',
    '100 ms'
  ]);
  expect(summary(host, '.tt-Lines')).toContain('cost of the line profiler');
});

test('allocation sites stand apart by kind, and name the line of the cell that led to a library', () => {
  const { host } = mount(view(fullMeasurement()));
  expect(texts(host, '.tt-Sites .tt-Part-name')).toEqual([
    'NumPy arrays 7.0 MiB',
    'Python objects 1.0 MiB'
  ]);
  expect(find(host, '.tt-Sites tbody').textContent).toContain(
    'numpy/_core/numeric.py:200called from line 2'
  );
});

test('operations are added up over layers; unknown work is not 0', () => {
  const { host } = mount(view(fullMeasurement()));
  expect(rows(host, '.tt-Ops')).toEqual([
    [
      'matmul forward',
      '400 ms',
      '2',
      '10 GFLOP/s',
      '47.7 MiB/s',
      'compute-bound · 20 %'
    ],
    [
      'add forward',
      '100 ms',
      '1',
      '10 MFLOP/s',
      '114.4 MiB/s',
      'overhead-bound · 1 %'
    ],
    ['exp forward', '10 ms', '1', 'unknown', '381.5 MiB/s', 'unknown']
  ]);
  click(find(host, '.tt-Choice button:last-child'));
  expect(rows(host, '.tt-Ops')[0]?.[0]).toBe('0 Linear forward');
});

test('without a roofline nothing is called bound', () => {
  const { host } = mount(view(fullMeasurement({ roofline: null })));
  expect(host.textContent).not.toContain('bound');
  expect(host.querySelector('.tt-Roofline')).toBeNull();
});

test('the points of the roofline are read with the arrow keys, which stay there', () => {
  const { host } = mount(view(fullMeasurement()));
  const points = [...host.querySelectorAll<SVGGElement>('.tt-Roofline-point')];
  expect(points).toHaveLength(2);
  focus(points[0] as unknown as HTMLElement);
  expect(find(host, '.tt-Roofline-text').textContent).toBe(
    'matmul, compute-bound: 10 GFLOP/s, 200 FLOP a byte; 20 % of what this machine allows there'
  );
  press('ArrowRight');
  expect(document.activeElement).toBe(points[1]);
  expect(points[1]?.getAttribute('aria-label')).toContain('add');
});

test('a roofline of zeros or an operation without time has no plot', () => {
  const roofline = {
    flops_per_s: 0,
    bytes_per_s: 0,
    blas: '',
    measured: ''
  };
  const { host, show } = mount(view(fullMeasurement({ roofline })));
  expect(host.querySelector('.tt-Roofline')).toBeNull();
  show(
    view(
      fullMeasurement({
        ops: [op({ wall_s: 0, flops: 1, moved_bytes: 1 })]
      })
    )
  );
  expect(host.querySelector('.tt-Roofline')).toBeNull();
});

test.each([
  ['same', 'median 1.25 s: no difference beyond the noise'],
  ['too few', 'median 1.25 s: too few runs to compare'],
  ['faster', 'faster than the median 1.25 s, by a factor of 2.50'],
  ['slower', 'slower than the median 1.25 s, by a factor of 2']
] as const)('the verdict "%s" is said as what it is', (verdict, words) => {
  const wall_s = verdict === 'slower' ? 2.5 : verdict === 'faster' ? 0.5 : 1.26;
  const { host } = mount(
    view(fullMeasurement({ wall_s, earlier: earlier({ verdict }) }))
  );
  expect(summary(host, '.tt-Earlier')).toBe(`5 of the same kind, ${words}`);
});

test('time and memory of different runs are joined, with the factor between them', () => {
  const { host } = mount(view(fullMeasurement()));
  expect(find(host, '.tt-Earlier dl').textContent).toBe(
    'Clean time, untraced500 msTime with tracing1.25 sTracing costs× 2.50Peak, traced24.0 MiBKept, traced+8.0 MiB'
  );
  expect(find(host, '[data-tile=wall]').textContent).toBe(
    'Wall time1.25 swith tracing · 500 ms without'
  );
});

test('an untraced run borrows no memory figure, it names where one is from', () => {
  const untraced = {
    mode: 'time',
    traced: false,
    trace_complete: false,
    peak_bytes: null,
    net_bytes: null
  };
  const { host } = mount(view(fullMeasurement(untraced)));
  expect(find(host, '[data-tile=peak]').textContent).toBe(
    'Peak memorynot measured24.0 MiB when traced'
  );
  expect(host.textContent).toContain('one run, not traced');
});

test('a first run has nothing to be compared with', () => {
  const first = earlier({
    runs: 0,
    wall_s: [],
    verdict: 'first',
    untraced_wall_s: null
  });
  const { host } = mount(view(fullMeasurement({ earlier: first })));
  expect(host.querySelector('.tt-Earlier')).toBeNull();
});

test('tracing that has ended while the cell runs is said so', () => {
  const { timeline } = measurement();
  const running = {
    state: 'running',
    trace_complete: false,
    traced_s: 1,
    timeline: { ...timeline, traced_bytes: [0, 1, 2, null] }
  };
  const { host } = mount(view(fullMeasurement(running)));
  expect(find(host, '.tt-Measure-mode').textContent).toBe(
    'one run, traced for 1 s'
  );
});

test('a single earlier run is a point, without quartiles', () => {
  const one = earlier({ runs: 1, wall_s: [1.3], verdict: 'too few' });
  const { host } = mount(view(fullMeasurement({ earlier: one })));
  expect(find(host, '.tt-Strip').ariaLabel).toBe(
    'Earlier times: 1.30 s. This run: 1.25 s.'
  );
  expect(host.querySelector('.tt-Strip-box')).toBeNull();
});

test('repeated runs show median and quartiles, and where the memory is from', () => {
  const runs = [1, 2, 3, 4, 9].map(wall_s => ({
    wall_s,
    cpu_s: 1,
    traced: wall_s === 9
  }));
  const repeat = { mode: 'repeat', traced: false, runs, wall_s: 2.5 };
  const { host, show } = mount(view(fullMeasurement(repeat)));
  expect(host.textContent).toContain('4 untraced runs, then a traced one');
  expect(summary(host, '.tt-Runs')).toBe(
    'median 2.50 s of 4, half of them between 1.75 s and 3.25 s'
  );
  expect(find(host, '[data-tile=wall]').textContent).toContain(
    'median of 4 runs'
  );
  expect(find(host, '[data-tile=peak]').textContent).toContain(
    'in the traced run'
  );
  show(
    view(
      fullMeasurement({ ...repeat, state: 'running', runs: runs.slice(0, 2) })
    )
  );
  expect(find(host, '.tt-Measure-mode').textContent).toBe('run 3');
});
