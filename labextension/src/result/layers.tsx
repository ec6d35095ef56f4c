import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { formatCount } from '../format';
import type { ILayer } from '../records';
import { costColumns } from './cost-columns';
import { Phase } from './phase';
import { DataTable, type IColumn } from './table';
import type { IMeasurementViewProps } from './view';

/** The modules of the model in the order of their first call; inner ones are indented, and counted in outer ones too. */
export function Layers(props: IMeasurementViewProps): JSX.Element {
  const { trans } = props;
  const { layers } = props.measurement;
  return (
    <DataTable
      caption={trans.__('Layers of the model, in the order of their calls')}
      columns={columns(layers, trans)}
      rows={layers}
      first={16}
      trans={trans}
    />
  );
}

/** How deep a layer stands: the outermost one by its class, others by their path. */
function depth(layer: ILayer): number {
  return layer.path === layer.type ? 0 : layer.path.split('.').length;
}

function columns(
  layers: ILayer[],
  trans: TranslationBundle
): IColumn<ILayer>[] {
  const most = Math.max(...layers.map(layer => layer.wall_s));
  return [
    {
      name: trans.__('Layer'),
      kind: 'source',
      cell: row => (
        <span style={{ paddingInlineStart: `${depth(row)}em` }}>
          <code>{row.path}</code>{' '}
          {row.path !== row.type && (
            <span className="tt-Unknown">{row.type}</span>
          )}{' '}
          <Phase phase={row.phase} trans={trans} />
        </span>
      )
    },
    ...costColumns(most, trans, trans.__('With the layers inside it')),
    {
      name: trans.__('Parameters'),
      kind: 'number',
      cell: row => formatCount(row.parameters)
    }
  ];
}
