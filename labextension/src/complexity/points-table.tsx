import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { formatBytes, formatCount, formatSeconds } from '../format';
import { Disclosure } from '../result/disclosure';
import { DataTable, type IColumn } from '../result/table';
import type { IComplexity, IPoint } from './result';

export interface IPointsTableProps {
  result: IComplexity;
  trans: TranslationBundle;
}

/** Every measured point; folded, since the plots show them. */
export function PointsTable(props: IPointsTableProps): JSX.Element | null {
  const { result, trans } = props;
  if (result.points.length === 0) {
    return null;
  }
  return (
    <Disclosure
      title={trans.__('Measured points')}
      summary={trans.__('%1 sizes', result.points.length)}
      className="tt-Points"
      folded
    >
      <DataTable
        caption={trans.__('Time and memory at each measured size')}
        columns={columns(result, trans)}
        rows={result.points}
        first={24}
        trans={trans}
      />
    </Disclosure>
  );
}

function columns(
  result: IComplexity,
  trans: TranslationBundle
): IColumn<IPoint>[] {
  const unknown = trans.__('not measured');
  const text = (value: number | null, format: (value: number) => string) =>
    value === null ? unknown : format(value);
  const size = (name: string): IColumn<IPoint> => ({
    name,
    kind: 'number',
    cell: point => formatCount(point.sizes[name] ?? 0)
  });
  return [
    ...result.names.map(size),
    {
      name: trans.__('Time'),
      hint:
        result.clock === 'cpu'
          ? trans.__('CPU time of one run')
          : trans.__('Wall-clock time of one run'),
      kind: 'number',
      cell: point => text(point.time_s, formatSeconds)
    },
    {
      name: trans.__('Quartiles'),
      kind: 'number',
      cell: point =>
        point.low_s === null || point.high_s === null
          ? unknown
          : `${formatSeconds(point.low_s)} – ${formatSeconds(point.high_s)}`
    },
    {
      name: trans.__('Runs'),
      kind: 'number',
      cell: point => formatCount(point.runs)
    },
    {
      name: trans.__('Peak memory'),
      hint: trans.__('Python and NumPy, above the start of the run'),
      kind: 'number',
      cell: point => text(point.peak_bytes, formatBytes)
    }
  ];
}
