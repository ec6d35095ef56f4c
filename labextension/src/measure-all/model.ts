import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';

import { rowOf, type IRow } from './rows';
import type { IMeasurement } from '../measurement';

/** A code cell as the model needs it. */
export interface IRunnableCell {
  id: string;
  /** Its place among the cells of the notebook, from 1. */
  place: number;
  source: string;
  /** Runs it measured; the error's sentence if it failed, else null. Rejects if the kernel went away. */
  run: () => Promise<string | null>;
  result: () => IMeasurement | null;
  /** The author expects an error here, so the others run on. */
  mayFail: boolean;
}

export type Progress =
  | { state: 'running'; done: number; total: number; name: string }
  | { state: 'done' }
  | { state: 'cancelled'; total: number }
  | { state: 'failed'; place: number; reason: string; total: number };

/** Runs the cells of one notebook in order and keeps their figures. */
export class MeasureAllModel implements IDisposable {
  readonly changed = new Signal<this, void>(this);

  constructor(private _interrupt: () => Promise<void>) {}

  get rows(): IRow[] {
    return this._rows;
  }

  get progress(): Progress {
    return this._progress;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    this._cancelled = true;
    Signal.clearData(this);
  }

  /** Runs all cells to the end, the first error, or `cancel`. Does nothing while it already runs. */
  async run(cells: IRunnableCell[]): Promise<void> {
    if (this._progress.state === 'running') {
      return;
    }
    this._rows = [];
    this._cancelled = false;
    const total = cells.length;
    for (const [done, cell] of cells.entries()) {
      const name = rowOf({ ...cell, failed: false }, null).name;
      this._show({ state: 'running', done, total, name });
      const reason = await this._runOne(cell);
      if (this._cancelled) {
        this._show({ state: 'cancelled', total });
        return;
      }
      if (reason !== null && !cell.mayFail) {
        this._show({ state: 'failed', place: cell.place, reason, total });
        return;
      }
    }
    this._show({ state: 'done' });
  }

  /** No further cell starts; the running one is interrupted. */
  async cancel(): Promise<void> {
    if (this._progress.state === 'running') {
      this._cancelled = true;
      await this._interrupt();
    }
  }

  private async _runOne(cell: IRunnableCell): Promise<string | null> {
    let reason: string | null;
    try {
      reason = await cell.run();
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
    const row = rowOf({ ...cell, failed: reason !== null }, cell.result());
    this._rows = [...this._rows, row];
    return reason;
  }

  private _show(progress: Progress): void {
    this._progress = progress;
    this.changed.emit();
  }

  private _cancelled = false;
  private _isDisposed = false;
  private _progress: Progress = { state: 'done' };
  private _rows: IRow[] = [];
}
