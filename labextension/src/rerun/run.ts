/** Running one cell measured, without a word about it in the notebook: the request alone carries it. */

import { CodeCell } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { KernelMessage } from '@jupyterlab/services';
import type { JSONObject } from '@lumino/coreutils';

import { METADATA_KEY, ourMetadata } from '../stopwatch/metadata';

/** The part of our metadata that goes with one request to run a cell. */
export type RunWish = JSONObject & { rerun?: 'time' };

/** Whether a cell of the notebook could run now. */
export function hasKernel(panel: NotebookPanel): boolean {
  const kernel = panel.sessionContext.session?.kernel;
  return (
    kernel !== null &&
    kernel !== undefined &&
    !['dead', 'terminating', 'unknown'].includes(kernel.status)
  );
}

/** Runs the cell measured; undefined if there was nothing to run. Rejects if the kernel goes away. */
export async function runMeasured(
  panel: NotebookPanel,
  cell: CodeCell,
  wish: RunWish = {}
): Promise<KernelMessage.IExecuteReplyMsg | undefined> {
  const stored = ourMetadata(cell.model);
  const measure = stored['measure'] || true; // it may hold options
  const reply = await CodeCell.execute(cell, panel.sessionContext, {
    [METADATA_KEY]: { ...stored, measure, ...wish },
    deletedCells: [...(panel.content.model?.deletedCells ?? [])],
    recordTiming: panel.content.notebookConfig.recordTiming
  });
  return reply ?? undefined;
}
