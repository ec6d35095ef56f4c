import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { formatBytesChange, formatPercent } from '../format';
import type { IMeasurement } from '../measurement';
import type { IStatement } from '../records';
import { Disclosure } from './disclosure';
import { MemoryBar, TimeBar } from './bars';
import { Code, DataTable, Unknown, type IColumn } from './table';
import { tracingWords } from './tile-texts';
import type { IMeasurementViewProps } from './view';

/** Of so many statements or more, not all that were reached are known while the cell runs. */
const FEW_LIVE = 50;

/** Time and memory of each top-level statement, on its source. A cell of one statement has it all in the tiles. */
export function Statements(props: IMeasurementViewProps): JSX.Element | null {
  const { measurement, trans } = props;
  const { statements, statements_total: total } = measurement;
  if (total < 2 || statements.length === 0) {
    return null;
  }
  const summary = [
    ...(statements.length < total
      ? [countText(measurement.state, statements.length, total, trans)]
      : []),
    ...tracingWords(measurement, trans).map(words =>
      trans.__('times %1', words)
    )
  ];
  return (
    <Disclosure
      title={trans.__('Statements')}
      summary={summary.join(' · ')}
      className="tt-Statements"
    >
      <DataTable
        caption={trans.__('Time and memory of each statement of the cell')}
        columns={columns(measurement, trans)}
        rows={statements}
        rowState={row => (row.done ? 'done' : measurement.state)}
        trans={trans}
      />
    </Disclosure>
  );
}

/** Of very many statements not all are kept: a cell that is done has reached them all the same. */
function countText(
  state: IMeasurement['state'],
  known: number,
  total: number,
  trans: TranslationBundle
): string {
  return state === 'done' || known >= FEW_LIVE
    ? trans.__('%1 of %2 known', known, total)
    : trans.__('%1 of %2 reached', known, total);
}

function columns(
  m: IMeasurement,
  trans: TranslationBundle
): IColumn<IStatement>[] {
  return [
    {
      name: trans.__('Line'),
      kind: 'number',
      cell: row => row.line
    },
    {
      name: trans.__('Statement'),
      kind: 'source',
      cell: row => (
        <>
          <Code source={row.source} />
          {!row.done && (
            <span className="tt-Statements-mark">
              {unfinishedText(m.state, trans)}
            </span>
          )}
        </>
      )
    },
    ...timeColumns(m, trans),
    ...memoryColumns(m, trans)
  ];
}

function timeColumns(
  m: IMeasurement,
  trans: TranslationBundle
): IColumn<IStatement>[] {
  const most = Math.max(...m.statements.map(s => s.wall_s));
  return [
    {
      name: trans.__('Wall time'),
      kind: 'bar',
      cell: ({ wall_s }) => <TimeBar seconds={wall_s} most={most} />
    },
    {
      name: trans.__('CPU'),
      hint: trans.__(
        'CPU time of all threads as a share of the wall time: 100 % is one core busy all the time'
      ),
      kind: 'number',
      cell: ({ cpu_s, wall_s }) =>
        wall_s > 0 ? formatPercent(cpu_s / wall_s) : <Unknown text="–" />
    }
  ];
}

function memoryColumns(
  m: IMeasurement,
  trans: TranslationBundle
): IColumn<IStatement>[] {
  const peaks = m.statements.map(s => s.peak_bytes);
  if (
    m.state !== 'running' &&
    peaks.every(peak => peak === null) &&
    !m.traced
  ) {
    return [];
  }
  // The cell's own peak too: the statement that made it may not have been traced to its end.
  const most = Math.max(m.peak_bytes ?? 0, ...peaks.map(peak => peak ?? 0));
  const unknown = <Unknown text={trans.__('not measured')} />;
  return [
    {
      name: trans.__('Peak'),
      hint: trans.__('Highest memory above the start of the statement'),
      kind: 'bar',
      cell: ({ peak_bytes: peak }) =>
        peak === null ? unknown : <MemoryBar bytes={peak} most={most} />
    },
    {
      name: trans.__('Kept'),
      hint: trans.__('Memory that the statement kept; negative: it freed some'),
      kind: 'number',
      cell: ({ net_bytes: net }) =>
        net === null ? unknown : formatBytesChange(net)
    }
  ];
}

function unfinishedText(
  state: IMeasurement['state'],
  trans: TranslationBundle
): string {
  if (state === 'running') {
    return trans.__('running');
  }
  return state === 'interrupted'
    ? trans.__('interrupted')
    : trans.__('raised the error');
}
