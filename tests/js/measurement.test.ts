import { expect, test } from 'vitest';

import { readMeasurement } from '../../labextension/src/measurement';
import { fullMeasurement, measurement } from './samples';

test('a complete measurement is read', () => {
  const reading = readMeasurement(measurement());
  expect(reading.kind).toBe('measurement');
});

test('a newer version is named, whatever else it holds', () => {
  expect(readMeasurement({ version: 3, figures: [] })).toEqual({
    kind: 'newer',
    version: 3
  });
});

test.each([
  [null, 'version'],
  ['text', 'version'],
  [[], 'version'],
  [{}, 'version'],
  [{ version: '1' }, 'version'],
  [{ version: 0 }, 'version'],
  [{ version: 1.5 }, 'version'],
  [measurement({ mode: 'fast' }), 'mode'],
  [measurement({ state: 'sleeping' }), 'state'],
  [measurement({ wall_s: '1.2' }), 'wall_s'],
  [measurement({ wall_s: NaN }), 'wall_s'],
  [measurement({ peak_bytes: {} }), 'peak_bytes'],
  [measurement({ traced: 1 }), 'traced'],
  [measurement({ statements: null }), 'statements'],
  [measurement({ statements: [{ line: 1 }] }), 'statements[0].end_line'],
  [measurement({ statements: [null] }), 'statements[0]'],
  [measurement({ timeline: {} }), 'timeline.t_s'],
  [measurement({ error: 'ValueError' }), 'error'],
  [measurement({ notes: 'none' }), 'notes']
])('a malformed object names its field (%#)', (data, field) => {
  expect(readMeasurement(data)).toEqual({ kind: 'malformed', field });
});

test('a timeline of unequal lists is malformed', () => {
  const timeline = {
    t_s: [0, 1],
    rss_bytes: [1],
    traced_bytes: [null, null],
    longest_gap_s: 1
  };
  expect(readMeasurement(measurement({ timeline }))).toEqual({
    kind: 'malformed',
    field: 'timeline'
  });
});

test('version 1 reads with its newer figures empty, whatever stands there', () => {
  const reading = readMeasurement({ ...measurement(), ops: 'none' });
  expect(reading).toMatchObject({
    kind: 'measurement',
    measurement: {
      runs: [],
      lines: [],
      sites: [],
      ops: [],
      layers: [],
      tensors: null,
      roofline: null,
      earlier: null,
      understand: []
    }
  });
});

test('version 2 reads with all its figures', () => {
  const data = fullMeasurement();
  const reading = readMeasurement(data);
  expect(reading).toMatchObject({ kind: 'measurement' });
  const { ops, sites, earlier, understand } = (
    reading as { measurement: typeof data }
  ).measurement;
  expect({ ops, sites, earlier, understand }).toEqual({
    ops: data.ops,
    sites: data.sites,
    earlier: data.earlier,
    understand: data.understand
  });
});

test.each([
  [{ runs: undefined }, 'runs'],
  [{ runs: [{ wall_s: 1, cpu_s: 1 }] }, 'runs[0].traced'],
  [{ lines: [{ name: 'cell', in_cell: true }] }, 'lines[0].lines'],
  [
    { lines: [{ name: 'cell', in_cell: true, lines: [{}] }] },
    'lines[0].lines[0].line'
  ],
  [
    { sites: [{ file: 'cell', line: 1, source: '', kind: 'Rust' }] },
    'sites[0].kind'
  ],
  [{ ops: [{ name: 'add', phase: 'sideways' }] }, 'ops[0].phase'],
  [{ layers: {} }, 'layers'],
  [{ tensors: [] }, 'tensors'],
  [{ roofline: { flops_per_s: null } }, 'roofline.flops_per_s'],
  [{ earlier: { runs: 1, wall_s: [null] } }, 'earlier.wall_s'],
  [
    { understand: [{ rule: 'gc', text: 'x', figures: { a: [] } }] },
    'understand[0].figures.a'
  ]
])('a malformed newer figure is named (%#)', (changes, field) => {
  expect(readMeasurement(fullMeasurement(changes))).toEqual({
    kind: 'malformed',
    field
  });
});
