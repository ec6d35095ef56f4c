import { CodeCellModel } from '@jupyterlab/cells';
import { expect, test } from 'vitest';

import {
  isMeasured,
  setMeasured,
  toggleMeasured
} from '../../labextension/src/stopwatch/metadata';

test('switching on and off leaves the metadata as it was', () => {
  const cell = new CodeCellModel({});
  const before = JSON.stringify(cell.toJSON());
  setMeasured(cell, true);
  expect(isMeasured(cell)).toBe(true);
  expect(cell.getMetadata('tinytorch')).toEqual({ measure: true });
  setMeasured(cell, false);
  expect(JSON.stringify(cell.toJSON())).toBe(before);
});

test('other keys of ours are kept', () => {
  const cell = new CodeCellModel({});
  cell.setMetadata('tinytorch', { hint: 'think' });
  setMeasured(cell, true);
  setMeasured(cell, false);
  expect(cell.getMetadata('tinytorch')).toEqual({ hint: 'think' });
});

test.each(['yes', 1, [true], null])(
  'foreign metadata %j is not "measured"',
  value => {
    const cell = new CodeCellModel({});
    cell.setMetadata('tinytorch', value as never);
    expect(isMeasured(cell)).toBe(false);
  }
);

test('several cells are switched on together before they are switched off', () => {
  const measured = new CodeCellModel({});
  const cells = [measured, new CodeCellModel({})];
  setMeasured(measured, true);
  toggleMeasured(cells);
  expect(cells.map(isMeasured)).toEqual([true, true]);
  toggleMeasured(cells);
  expect(cells.map(isMeasured)).toEqual([false, false]);
});

test('a locked cell can be measured', () => {
  const cell = new CodeCellModel({});
  cell.setMetadata('editable', false);
  cell.setMetadata('deletable', false);
  setMeasured(cell, true);
  expect(isMeasured(cell)).toBe(true);
});
