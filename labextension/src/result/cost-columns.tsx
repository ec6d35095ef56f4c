import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { formatBytes, formatCount, formatFlops } from '../format';
import { TimeBar } from './bars';
import type { IOpTotal } from './ops-data';
import { Unknown, type IColumn } from './table';

/** What operations and layers cost: time beside the `most` of all, calls, and work and traffic a second. */
export function costColumns(
  most: number,
  trans: TranslationBundle,
  /** What the time is. */
  hint?: string
): IColumn<Pick<IOpTotal, 'wall_s' | 'calls' | 'flops' | 'moved_bytes'>>[] {
  const unknown = <Unknown text={trans.__('unknown')} />;
  return [
    {
      name: trans.__('Time'),
      ...(hint === undefined ? {} : { hint }),
      kind: 'bar',
      cell: ({ wall_s }) => <TimeBar seconds={wall_s} most={most} />
    },
    {
      name: trans.__('Calls'),
      kind: 'number',
      cell: ({ calls }) => formatCount(calls)
    },
    {
      name: trans.__('FLOP/s'),
      hint: trans.__('Floating-point operations a second, by formula'),
      kind: 'number',
      cell: ({ flops, wall_s }) =>
        flops === null || wall_s <= 0
          ? unknown
          : `${formatFlops(flops / wall_s)}/s`
    },
    {
      name: trans.__('Bytes/s'),
      hint: trans.__(
        'Bytes of inputs read and outputs written a second, each array once'
      ),
      kind: 'number',
      cell: ({ moved_bytes: bytes, wall_s }) =>
        bytes === null || wall_s <= 0
          ? unknown
          : `${formatBytes(bytes / wall_s)}/s`
    }
  ];
}
