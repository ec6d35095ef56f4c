/** Running one cell measured, without a word about it in the notebook: the request alone carries it. */

import { CodeCell, type ICellModel } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import type { JSONObject } from '@lumino/coreutils';
import { Signal } from '@lumino/signaling';

import { METADATA_KEY, ourMetadata } from '../stopwatch/metadata';

/** A cell has run measured by a request of ours: JupyterLab's own signal tells nothing of it. */
export interface IMeasuredRun {
  cell: ICellModel;
  kernel: Kernel.IKernelConnection | null | undefined;
}

export const ranMeasured = new Signal<object, IMeasuredRun>({});

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
  ranMeasured.emit({
    cell: cell.model,
    kernel: panel.sessionContext.session?.kernel
  });
  return reply ?? undefined;
}
