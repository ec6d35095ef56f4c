import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { formatBytes, formatCount } from '../format';
import {
  KINDS,
  type AllocationKind,
  type ISite,
  type IStatement
} from '../records';
import { Disclosure } from './disclosure';
import { MemoryBar } from './bars';
import { Code, DataTable, type IColumn } from './table';
import type { IMeasurementViewProps } from './view';

/** Where the memory was allocated that the cell still held at its end: arrays and objects apart. */
export function Sites(props: IMeasurementViewProps): JSX.Element | null {
  const { trans } = props;
  const { sites, statements } = props.measurement;
  if (sites.length === 0) {
    return null;
  }
  const most = Math.max(...sites.map(site => site.size_bytes));
  const kinds = [...KINDS].reverse().map(kind => ({
    kind,
    rows: sites.filter(site => site.kind === kind)
  }));
  return (
    <Disclosure
      title={trans.__('Allocation sites')}
      summary={trans.__('of the memory still held at the end')}
      className="tt-Sites"
      folded={true}
    >
      {kinds
        .filter(({ rows }) => rows.length > 0)
        .map(({ kind, rows }) => (
          <div className="tt-Part" key={kind}>
            <p className="tt-Part-name">
              {kindName(kind, trans)} <span>{formatBytes(sum(rows))}</span>
            </p>
            <DataTable
              caption={trans.__('Allocation sites: %1', kindName(kind, trans))}
              columns={columns(most, statements, trans)}
              rows={rows}
              first={5}
              trans={trans}
            />
          </div>
        ))}
    </Disclosure>
  );
}

/** Of a loop or a function, only the whole statement is known, by its first line. */
function callerText(
  line: number,
  statements: IStatement[],
  trans: TranslationBundle
): string {
  const end = Math.max(
    line,
    ...statements.filter(each => each.line === line).map(each => each.end_line)
  );
  return end === line
    ? trans.__('called from line %1', line)
    : trans.__('called from lines %1 to %2', line, end);
}

function columns(
  most: number,
  statements: IStatement[],
  trans: TranslationBundle
): IColumn<ISite>[] {
  return [
    {
      name: trans.__('Where'),
      kind: 'source',
      cell: row => (
        <>
          <Code source={row.source.trim() || place(row, trans)} />
          <span className="tt-Sites-place">
            {row.source !== '' && place(row, trans)}
            {row.file !== 'cell' && row.cell_line !== null && (
              <b>{callerText(row.cell_line, statements, trans)}</b>
            )}
          </span>
        </>
      )
    },
    {
      name: trans.__('Held'),
      kind: 'bar',
      cell: row => <MemoryBar bytes={row.size_bytes} most={most} />
    },
    {
      name: trans.__('Blocks'),
      hint: trans.__('In how many pieces it was allocated'),
      kind: 'number',
      cell: row => formatCount(row.blocks)
    }
  ];
}

function place(site: ISite, trans: TranslationBundle): string {
  return site.file === 'cell'
    ? trans.__('line %1 of the cell', site.line)
    : `${site.file}:${site.line}`;
}

function kindName(kind: AllocationKind, trans: TranslationBundle): string {
  return kind === 'NumPy'
    ? trans.__('NumPy arrays')
    : trans.__('Python objects');
}

function sum(sites: ISite[]): number {
  return sites.reduce((total, site) => total + site.size_bytes, 0);
}
