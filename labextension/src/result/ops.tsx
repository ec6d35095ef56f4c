import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { formatSeconds } from '../format';
import type { IMeasurement } from '../measurement';
import { Disclosure } from './disclosure';
import { boundText } from './roofline-texts';
import { opTotals, placement, type IOpTotal } from './ops-data';
import { Layers } from './layers';
import { Phase } from './phase';
import { costColumns } from './cost-columns';
import { DataTable, type IColumn } from './table';
import { tracingWords } from './tile-texts';
import type { IMeasurementViewProps } from './view';

/** What tinytorch did: by operation, or by layer. */
export function Operations(props: IMeasurementViewProps): JSX.Element | null {
  const { measurement, trans } = props;
  const [byLayer, setByLayer] = React.useState(false);
  const { ops, layers } = measurement;
  if (ops.length === 0) {
    return null;
  }
  const seconds = ops.reduce((sum, op) => sum + op.wall_s, 0);
  return (
    <Disclosure
      title={trans.__('Operations')}
      summary={[
        trans.__('%1 in operations of tinytorch', formatSeconds(seconds)),
        ...(measurement.runs.length > 0
          ? [trans.__('in the traced run')]
          : tracingWords(measurement, trans))
      ].join(' · ')}
      className="tt-Ops"
    >
      {layers.length > 0 && (
        <Choice byLayer={byLayer} onChoose={setByLayer} trans={trans} />
      )}
      {byLayer && layers.length > 0 ? (
        <Layers measurement={measurement} trans={trans} />
      ) : (
        <DataTable
          caption={trans.__('Operations of tinytorch, costliest first')}
          columns={columns(measurement, trans)}
          rows={opTotals(ops)}
          trans={trans}
        />
      )}
    </Disclosure>
  );
}

function Choice(props: {
  byLayer: boolean;
  onChoose: (byLayer: boolean) => void;
  trans: TranslationBundle;
}): JSX.Element {
  const { byLayer, onChoose, trans } = props;
  return (
    <div className="tt-Choice" role="group" aria-label={trans.__('Group')}>
      <button
        type="button"
        aria-pressed={!byLayer}
        onClick={() => onChoose(false)}
      >
        {trans.__('By operation')}
      </button>
      <button
        type="button"
        aria-pressed={byLayer}
        onClick={() => onChoose(true)}
      >
        {trans.__('By layer')}
      </button>
    </div>
  );
}

function columns(
  m: IMeasurement,
  trans: TranslationBundle
): IColumn<IOpTotal>[] {
  const most = Math.max(...opTotals(m.ops).map(op => op.wall_s));
  return [
    {
      name: trans.__('Operation'),
      kind: 'source',
      cell: row => (
        <>
          <code>{row.name}</code> <Phase phase={row.phase} trans={trans} />
        </>
      )
    },
    ...costColumns(most, trans),
    ...limitColumn(m, trans)
  ];
}

function limitColumn(
  m: IMeasurement,
  trans: TranslationBundle
): IColumn<IOpTotal>[] {
  const { roofline } = m;
  if (roofline === null) {
    return [];
  }
  return [
    {
      name: trans.__('Limit'),
      hint: trans.__(
        'What limits it on this machine, and how near it comes; overhead-bound: far from both limits'
      ),
      kind: 'number',
      cell: row => boundText(placement(row, roofline), trans)
    }
  ];
}
