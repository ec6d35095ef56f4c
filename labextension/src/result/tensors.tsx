import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { formatBytes } from '../format';
import type { ITensorMemory } from '../records';
import { Disclosure } from './disclosure';
import { MemoryBar } from './bars';
import { DataTable, Unknown } from './table';
import type { IMeasurementViewProps } from './view';

interface IRole {
  name: string;
  meaning: string;
  bytes: number | null;
}

/** What the memory of tensors is for. */
export function Tensors(props: IMeasurementViewProps): JSX.Element | null {
  const { trans } = props;
  const { tensors } = props.measurement;
  if (tensors === null) {
    return null;
  }
  const rows = roles(tensors, trans);
  const most = Math.max(...rows.map(role => role.bytes ?? 0));
  if (most === 0) {
    return null;
  }
  return (
    <Disclosure
      title={trans.__('Memory of tensors')}
      summary={
        tensors.peak_live_bytes === null
          ? ''
          : trans.__(
              'at most %1 alive at once',
              formatBytes(tensors.peak_live_bytes)
            )
      }
      className="tt-Tensors"
      folded={true}
    >
      <DataTable
        caption={trans.__('Memory of tensors by role')}
        rows={rows}
        columns={[
          {
            name: trans.__('Role'),
            kind: 'source',
            cell: role => (
              <>
                {role.name} <span className="tt-Unknown">{role.meaning}</span>
              </>
            )
          },
          {
            name: trans.__('Memory'),
            kind: 'bar',
            cell: ({ bytes }) =>
              bytes === null ? (
                <Unknown text={trans.__('unknown')} />
              ) : (
                <MemoryBar bytes={bytes} most={most} />
              )
          }
        ]}
        trans={trans}
      />
    </Disclosure>
  );
}

function roles(tensors: ITensorMemory, trans: TranslationBundle): IRole[] {
  return [
    {
      name: trans.__('Parameters'),
      meaning: trans.__('of the modules that were called'),
      bytes: tensors.parameters_bytes
    },
    {
      name: trans.__('Gradients'),
      meaning: trans.__('at the end'),
      bytes: tensors.gradients_bytes
    },
    {
      name: trans.__('Optimizer'),
      meaning: trans.__('its state'),
      bytes: tensors.optimizer_bytes
    },
    {
      name: trans.__('Activations'),
      meaning: trans.__('kept for the backward pass, at most'),
      bytes: tensors.activations_bytes
    }
  ];
}
