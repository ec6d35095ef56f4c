import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { More } from './more';

export interface IColumn<Row> {
  name: string;
  /** What the figures in it are, shown on the name. */
  hint?: string;
  /** `source` is the head of its row and takes the room that is left. */
  kind: 'number' | 'bar' | 'source';
  cell: (row: Row) => React.ReactNode;
}

export interface IDataTableProps<Row> {
  /** For screen readers. */
  caption: string;
  className?: string;
  columns: IColumn<Row>[];
  rows: Row[];
  /** More rows than these are shown on demand. */
  first?: number;
  /** Attributes of a row, such as its state. */
  rowState?: (row: Row) => string;
  trans: TranslationBundle;
}

/** A table of figures; a long one is folded. With little room its rows become blocks (style/table.css). */
export function DataTable<Row>(props: IDataTableProps<Row>): JSX.Element {
  const { columns, rows, first = 10, trans } = props;
  const [all, setAll] = React.useState(false);
  const shown = all ? rows : rows.slice(0, first);
  return (
    <>
      <table className={`tt-Table ${props.className ?? ''}`}>
        <caption className="tt-sr-only">{props.caption}</caption>
        <thead>
          <tr>
            {columns.map(column => (
              <th
                key={column.name}
                scope="col"
                data-kind={column.kind}
                title={column.hint}
              >
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row, index) => (
            <tr key={index} data-state={props.rowState?.(row)}>
              {columns.map(column => (
                <DataCell key={column.name} column={column} row={row} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > first && (
        <More
          all={all}
          onChange={setAll}
          texts={{
            less: trans.__('Show the first %1', first),
            more: trans.__('Show all %1', rows.length)
          }}
        />
      )}
    </>
  );
}

function DataCell<Row>(props: { column: IColumn<Row>; row: Row }): JSX.Element {
  const { column, row } = props;
  return column.kind === 'source' ? (
    <th scope="row" data-kind="source">
      {column.cell(row)}
    </th>
  ) : (
    <td data-kind={column.kind} data-name={column.name}>
      {column.cell(row)}
    </td>
  );
}

/** What stands where a figure is not known. */
export function Unknown(props: { text: string }): JSX.Element {
  return <span className="tt-Unknown">{props.text}</span>;
}

/** A line of code, cut where the room ends. */
export function Code(props: { source: string }): JSX.Element {
  return <code title={props.source.trim()}>{props.source}</code>;
}
