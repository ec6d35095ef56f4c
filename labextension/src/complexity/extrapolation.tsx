import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { formatCount } from '../format';
import { Disclosure } from '../result/disclosure';
import { costAt, sizeSteps, type ICost, type ISteps } from './extrapolate';
import { keepKeys } from './keys';
import { curveOf, pointsAlong } from './plot-data';
import { RESOURCES, type IComplexity, type Resource } from './result';
import { formatCost, resourceName } from './texts';

export interface IExtrapolationProps {
  result: IComplexity;
  /** The size that is moved. */
  name: string;
  onReach: (size: number) => void;
  trans: TranslationBundle;
}

/** A slider over sizes, also larger ones than were measured, and what they cost by the fit. Needs no kernel. */
export function Extrapolation(props: IExtrapolationProps): JSX.Element | null {
  const { name, trans } = props;
  const [step, setStep] = React.useState(0);
  const range = stepsAlong(props.result, name);
  const size = range?.size(step) ?? null;
  if (range === null || size === null) {
    return null;
  }
  const costs = costTexts(props.result, name, size, trans);
  const place = `${name} = ${formatCount(size)}`;
  return (
    <Disclosure
      title={trans.__('What will other sizes cost?')}
      className="tt-Reach"
    >
      <div className="tt-Reach-row">
        <input
          type="range"
          min={range.first}
          max={range.last}
          step={1}
          value={step}
          aria-label={trans.__('Size %1', name)}
          aria-valuetext={[place, ...costs].join('; ')}
          onKeyDown={keepKeys}
          onChange={event => {
            const next = event.target.valueAsNumber;
            setStep(next);
            props.onReach(range.size(next));
          }}
        />
        <output className="tt-Reach-text">
          <b>{place}</b>
          {costs.map(text => (
            <span key={text}>{text}</span>
          ))}
          {step > 0 && (
            <span className="tt-Reach-beyond">
              {trans.__('beyond what was measured')}
            </span>
          )}
        </output>
      </div>
    </Disclosure>
  );
}

/** The steps that time's curve has, or memory's if time was not measured. */
function stepsAlong(result: IComplexity, name: string): ISteps | null {
  for (const resource of RESOURCES) {
    const curve = curveOf(result[resource], name);
    const points = pointsAlong(result, name, resource);
    const largest = Math.max(...points.map(point => point.size));
    if (curve !== null && points.length > 0) {
      return sizeSteps(curve, largest);
    }
  }
  return null;
}

function costTexts(
  result: IComplexity,
  name: string,
  size: number,
  trans: TranslationBundle
): string[] {
  return RESOURCES.flatMap(resource => {
    const curve = curveOf(result[resource], name);
    const cost = curve === null ? null : costAt(curve, size);
    return cost === null ? [] : [costText(cost, resource, trans)];
  });
}

function costText(
  cost: ICost,
  resource: Resource,
  trans: TranslationBundle
): string {
  const what = resourceName(resource, trans).toLowerCase();
  const about = formatCost(cost.value, resource);
  return cost.low === null || cost.high === null
    ? trans.__('%1 about %2', what, about)
    : trans.__(
        '%1 about %2 (%3 to %4)',
        what,
        about,
        formatCost(Math.max(0, cost.low), resource),
        formatCost(cost.high, resource)
      );
}
