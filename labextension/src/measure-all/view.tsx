import { UseSignal } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { formatSeconds } from '../format';
import type { MeasureAllModel, Progress } from './model';
import { RowTable } from './row-table';
import type { IRow } from './rows';

export interface IMeasureAllViewProps {
  model: MeasureAllModel;
  /** Name of the notebook. */
  notebook: string;
  /** Goes to a cell. */
  onJump: (id: string) => void;
  /** Measures all cells again. */
  onAgain: () => void;
  trans: TranslationBundle;
}

/** All measured cells of one notebook, costliest first. */
export function MeasureAllView(props: IMeasureAllViewProps): JSX.Element {
  const { model } = props;
  return (
    <UseSignal signal={model.changed}>
      {() => <Content {...props} rows={model.rows} progress={model.progress} />}
    </UseSignal>
  );
}

function Content(
  props: IMeasureAllViewProps & { rows: IRow[]; progress: Progress }
): JSX.Element {
  const { rows, progress, trans } = props;
  const running = progress.state === 'running';
  return (
    <section
      className="tt-MeasureAll"
      aria-label={trans.__('Measured cells of %1', props.notebook)}
      aria-busy={running}
    >
      <div className="tt-MeasureAll-head">
        <p role="status" data-state={progress.state}>
          {progressText(progress, rows, trans)}
        </p>
        {running ? (
          <button type="button" onClick={() => void props.model.cancel()}>
            {trans.__('Cancel')}
          </button>
        ) : (
          <button type="button" onClick={props.onAgain}>
            {trans.__('Measure Again')}
          </button>
        )}
      </div>
      {running && (
        <progress
          aria-label={trans.__('Cells measured')}
          max={progress.total}
          value={progress.done}
        />
      )}
      {rows.length > 0 && (
        <RowTable rows={rows} onJump={props.onJump} trans={trans} />
      )}
    </section>
  );
}

function progressText(
  progress: Progress,
  rows: IRow[],
  trans: TranslationBundle
): string {
  switch (progress.state) {
    case 'running':
      return trans.__(
        'Measuring cell %1 of %2: %3',
        progress.done + 1,
        progress.total,
        progress.name
      );
    case 'cancelled':
      return trans.__(
        'Cancelled after %1 of %2 cells.',
        rows.length,
        progress.total
      );
    case 'failed':
      return trans.__(
        'Stopped at the first error, in cell %1: %2',
        progress.place,
        progress.reason
      );
    case 'done':
      return trans.__('%1, %2 in all.', cellsText(rows, trans), total(rows));
  }
}

function cellsText(rows: IRow[], trans: TranslationBundle): string {
  return rows.length === 1
    ? trans.__('1 code cell measured')
    : trans.__('%1 code cells measured', rows.length);
}

function total(rows: IRow[]): string {
  return formatSeconds(rows.reduce((sum, row) => sum + (row.wall_s ?? 0), 0));
}
