import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { formatSeconds, share } from '../format';
import type { IComplexity } from './result';
import { sizesText } from './texts';

export interface IProgressProps {
  result: IComplexity;
  trans: TranslationBundle;
}

/** What the sweep has done of its budget. Costs are not told here: they would give the answer away. */
export function Progress(props: IProgressProps): JSX.Element {
  const { result, trans } = props;
  const { spent_s, budget_s, doing } = result.progress;
  const running = result.state === 'running';
  return (
    <div className="tt-Sweep">
      {running && (
        <div
          className="tt-Sweep-bar"
          role="progressbar"
          aria-label={trans.__('Budget of the sweep')}
          aria-valuemin={0}
          aria-valuemax={budget_s}
          aria-valuenow={Math.min(spent_s, budget_s)}
          aria-valuetext={spentText(result, trans)}
        >
          <span style={{ width: `${100 * share(spent_s, budget_s)}%` }} />
        </div>
      )}
      <p className="tt-Sweep-text">
        {running && <span>{spentText(result, trans)}</span>}
        {running && doing !== '' && (
          <span className="tt-Sweep-doing">{doing}</span>
        )}
        <span className="tt-Sweep-sizes">{measuredText(result, trans)}</span>
      </p>
    </div>
  );
}

function spentText(result: IComplexity, trans: TranslationBundle): string {
  const { spent_s, budget_s } = result.progress;
  return trans.__('%1 of %2', formatSeconds(spent_s), formatSeconds(budget_s));
}

function measuredText(result: IComplexity, trans: TranslationBundle): string {
  const { points, names } = result;
  const first = points[0];
  const last = points[points.length - 1];
  if (first === undefined || last === undefined) {
    return trans.__('no size measured yet');
  }
  if (points.length === 1) {
    return trans.__('1 size measured: %1', sizesText(first.sizes, names));
  }
  if (names.length > 1) {
    return trans.__('%1 combinations measured', points.length);
  }
  return trans.__(
    '%1 sizes measured: %2 to %3',
    points.length,
    sizesText(first.sizes, names),
    sizesText(last.sizes, names)
  );
}
