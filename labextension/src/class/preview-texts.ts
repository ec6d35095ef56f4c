/** What the preview says about its cells. Pure. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { IPreview, IPreviewCell } from './data';

/** Whether students have something to compare with. */
export function hasRelease(preview: IPreview): boolean {
  return preview.cells.some(cell => cell.now !== null);
}

export function changedCells(preview: IPreview): IPreviewCell[] {
  return preview.cells.filter(cell => cell.now !== cell.then);
}

/** "9 stubs stand for 214 lines of solutions. 2 of 40 cells change." */
export function previewText(
  preview: IPreview,
  trans: TranslationBundle
): string {
  const { stubs, removedLines, cells } = preview;
  const removed = trans._n(
    '%1 line of solutions and hidden tests is left out',
    '%1 lines of solutions and hidden tests are left out',
    removedLines
  );
  const stubbed = trans._n(
    '%1 stub stands for a solution.',
    '%1 stubs stand for solutions.',
    stubs
  );
  const change = hasRelease(preview)
    ? trans.__(
        '%1 of %2 cells change for students.',
        changedCells(preview).length,
        cells.length
      )
    : trans.__('Students have nothing of it yet.');
  return `${removed}; ${stubbed} ${change}`;
}

/** How a cell changes, in a word or two; null if it does not, or if there is nothing to compare with. */
export function changeText(
  cell: IPreviewCell,
  released: boolean,
  trans: TranslationBundle
): string | null {
  if (!released || cell.now === cell.then) {
    return null;
  }
  if (cell.now === null) {
    return trans.__('new');
  }
  return cell.then === null ? trans.__('goes away') : trans.__('changes');
}
