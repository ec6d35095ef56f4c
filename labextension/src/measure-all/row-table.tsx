import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { formatBytesChange } from '../format';
import { MemoryBar, TimeBar } from '../result/bars';
import { Unknown } from '../result/table';
import {
  clicked,
  COSTLIEST_FIRST,
  sorted,
  type IOrder,
  type IRow,
  type SortKey
} from './rows';

export interface IRowTableProps {
  rows: IRow[];
  onJump: (id: string) => void;
  trans: TranslationBundle;
}

/** The cells with their figures; a click on a head sorts, a click on a row goes to its cell. */
export function RowTable(props: IRowTableProps): JSX.Element {
  const { rows, trans } = props;
  const [order, setOrder] = React.useState(COSTLIEST_FIRST);
  const heads: [SortKey, string][] = [
    ['place', trans.__('Cell')],
    ['wall_s', trans.__('Wall time')],
    ['peak_bytes', trans.__('Peak')],
    ['net_bytes', trans.__('Kept')]
  ];
  const most = {
    wall: Math.max(0, ...rows.map(row => row.wall_s ?? 0)),
    peak: Math.max(0, ...rows.map(row => row.peak_bytes ?? 0))
  };
  return (
    <table className="tt-Table">
      <caption className="tt-sr-only">
        {trans.__('Measured cells; the heads of the columns sort')}
      </caption>
      <thead>
        <tr>
          {heads.map(([key, name]) => (
            <Head
              key={key}
              column={key}
              name={name}
              order={order}
              onClick={() => setOrder(clicked(order, key))}
            />
          ))}
        </tr>
      </thead>
      <tbody>
        {sorted(rows, order).map(row => (
          <Row key={row.id} {...props} row={row} most={most} />
        ))}
      </tbody>
    </table>
  );
}

function Head(props: {
  column: SortKey;
  name: string;
  order: IOrder;
  onClick: () => void;
}): JSX.Element {
  const { column, name, order } = props;
  const direction = order.descending ? 'descending' : 'ascending';
  return (
    <th
      scope="col"
      data-kind={column === 'place' ? 'source' : 'bar'}
      aria-sort={order.key === column ? direction : 'none'}
    >
      <button type="button" onClick={props.onClick}>
        {name}
        <span aria-hidden="true">
          {order.key !== column ? '' : order.descending ? '▾' : '▴'}
        </span>
      </button>
    </th>
  );
}

function Row(
  props: IRowTableProps & { row: IRow; most: { wall: number; peak: number } }
): JSX.Element {
  const { row, most, trans } = props;
  const unknown = <Unknown text={trans.__('not measured')} />;
  return (
    <tr
      data-state={row.failed ? 'error' : 'done'}
      onClick={() => props.onJump(row.id)}
    >
      <th scope="row" data-kind="source">
        <button type="button" title={trans.__('Go to this cell')}>
          <span className="tt-MeasureAll-place">{row.place}</span>
          <code>{row.name}</code>
        </button>
        {row.failed && (
          <span className="tt-MeasureAll-failed">
            {trans.__('raised an error')}
          </span>
        )}
      </th>
      <td data-kind="bar" data-name={trans.__('Wall time')}>
        {row.wall_s === null ? (
          unknown
        ) : (
          <TimeBar
            seconds={row.wall_s}
            most={most.wall}
            {...(row.traced ? { note: trans.__('traced') } : {})}
          />
        )}
      </td>
      <td data-kind="bar" data-name={trans.__('Peak')}>
        {row.peak_bytes === null ? (
          unknown
        ) : (
          <MemoryBar bytes={row.peak_bytes} most={most.peak} />
        )}
      </td>
      <td data-kind="number" data-name={trans.__('Kept')}>
        {row.net_bytes === null ? unknown : formatBytesChange(row.net_bytes)}
      </td>
    </tr>
  );
}
