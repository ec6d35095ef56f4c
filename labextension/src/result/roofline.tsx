import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { formatBytes, formatFlops, threeDigits } from '../format';
import type { IRoofline } from '../records';
import { Disclosure } from './disclosure';
import { isUsable, opPoint, opTotals, ridge, type IOpPoint } from './ops-data';
import { RooflineChart } from './roofline-chart';
import { boundText, pointText } from './roofline-texts';
import type { IMeasurementViewProps } from './view';

/** The operations under the two roofs of this machine: what its memory delivers, and what its cores compute. */
export function Roofline(props: IMeasurementViewProps): JSX.Element | null {
  const { trans } = props;
  const { ops, roofline } = props.measurement;
  const [chosen, setChosen] = React.useState<number | null>(null);
  if (roofline === null || !isUsable(roofline)) {
    return null;
  }
  const points = opTotals(ops).flatMap(op => opPoint(op, roofline) ?? []);
  if (points.length === 0) {
    return null;
  }
  const point = chosen === null ? undefined : points[chosen];
  return (
    <Disclosure
      title={trans.__('Roofline')}
      summary={summary(points, trans)}
      className="tt-Roofline"
    >
      <RooflineChart
        points={points}
        roofline={roofline}
        chosen={chosen}
        onChoose={setChosen}
        trans={trans}
      />
      <p className="tt-Strip-legend">
        <span className="tt-Strip-key" data-series="forward">
          {trans.__('forward')}
        </span>
        {points.some(each => each.op.phase === 'backward') && (
          <span className="tt-Strip-key" data-series="backward">
            {trans.__('backward')}
          </span>
        )}
        <span>{trans.__('the larger, the more time')}</span>
      </p>
      <p className="tt-Roofline-text">
        {point === undefined
          ? limitsText(roofline, trans)
          : pointText(point, trans)}
      </p>
    </Disclosure>
  );
}

/** Of the costliest operation: what limits it. */
function summary(points: IOpPoint[], trans: TranslationBundle): string {
  const first = points[0];
  return first === undefined
    ? ''
    : trans.__('%1: %2', first.op.name, boundText(first, trans));
}

function limitsText(roofline: IRoofline, trans: TranslationBundle): string {
  return trans.__(
    'This machine: at most %1/s, and %2/s from memory (%3). Below %4 FLOP a byte, memory is the limit.',
    formatFlops(roofline.flops_per_s),
    formatBytes(roofline.bytes_per_s),
    roofline.blas,
    threeDigits(ridge(roofline))
  );
}
