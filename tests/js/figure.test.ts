/** The figure in the toolbar of a cell. */

import { CodeCellModel } from '@jupyterlab/cells';
import { expect, test } from 'vitest';

import { CellFigure } from '../../labextension/src/stopwatch/figure';
import { trans } from './samples';

test('a cell that is gone when its toolbar is made has no figure, and no error', () => {
  const cell = new CodeCellModel({});
  cell.dispose();
  const figure = new CellFigure(cell, trans);
  expect(figure.isHidden).toBe(true);
  figure.dispose();
});
