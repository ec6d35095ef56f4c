import { expect, test } from 'vitest';

import { readMeasurement } from '../../labextension/src/measurement';
import { measurement } from './samples';

test('a complete measurement is read', () => {
  const reading = readMeasurement(measurement());
  expect(reading.kind).toBe('measurement');
});

test('a newer version is named, whatever else it holds', () => {
  expect(readMeasurement({ version: 2, figures: [] })).toEqual({
    kind: 'newer',
    version: 2
  });
});

test.each([
  [null, 'version'],
  ['text', 'version'],
  [[], 'version'],
  [{}, 'version'],
  [{ version: '1' }, 'version'],
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
