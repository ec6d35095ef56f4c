import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { threeDigits } from '../format';
import { inTermsOf, productExponents } from './classes';
import { MathText } from './math-text';
import {
  largestMeasured,
  type IComplexity,
  type IGrowth,
  type Resource
} from './result';
import { doublingText, exponentText } from './texts';

export interface IFactsProps {
  result: IComplexity;
  growth: IGrowth;
  resource: Resource;
  /** What was predicted, if it was. */
  predicted: string | null;
  trans: TranslationBundle;
}

/** The figures behind the answer: exponents, formula, what doubling costs, what decides, where it bends. */
export function Facts(props: IFactsProps): JSX.Element {
  const { growth, result, trans } = props;
  const noise = Math.max(1, Math.round(100 * growth.noise));
  return (
    <>
      <dl className="tt-Facts">
        <Exponents {...props} />
        {growth.formula !== '' && (
          <Fact name={trans.__('Formula')}>
            <MathText text={inTermsOf(growth.formula, result.names)} />
          </Fact>
        )}
        {growth.base !== null && (
          <Fact name={trans.__('One more')}>
            {trans.__('%1 times as much', threeDigits(growth.base))}
          </Fact>
        )}
        <Doubling {...props} />
        <Fact name={trans.__('Points')}>
          {trans.__('within about %1 % of the fit', noise)}
        </Fact>
      </dl>
      {growth.deciding !== null && (
        <p className="tt-Growth-deciding">
          <MathText text={growth.deciding.text} />
        </p>
      )}
      {growth.knees.map((knee, index) => (
        <p key={index} className="tt-Growth-knee" data-kind={knee.kind}>
          <MathText text={knee.text} />
        </p>
      ))}
    </>
  );
}

/** With several sizes each has its own, and the predicted one beside it. */
function Exponents(props: IFactsProps): JSX.Element | null {
  const { growth, result, predicted, trans } = props;
  const { names } = result;
  if (names.length === 1) {
    return growth.exponent === null ? null : (
      <Fact name={trans.__('Exponent')}>
        {exponentText(growth.exponent, growth.interval, trans)}
      </Fact>
    );
  }
  const said = predicted === null ? null : productExponents(predicted, names);
  return (
    <>
      {names.map(name => {
        const exponent = growth.exponents[name];
        return exponent === undefined ? null : (
          <Fact key={name} name={trans.__('Exponent of %1', name)}>
            {exponentText(exponent, growth.intervals[name], trans)}
            {said !== null && (
              <span className="tt-Facts-said">
                {trans.__('predicted %1', said[name] ?? 0)}
              </span>
            )}
          </Fact>
        );
      })}
    </>
  );
}

function Doubling(props: IFactsProps): JSX.Element {
  const { growth, resource, result, trans } = props;
  return (
    <>
      {result.names.map(name => {
        const largest = largestMeasured(result, name, resource);
        const text = doublingText(growth, name, largest, resource, trans);
        return text === null ? null : (
          <Fact key={name} name={trans.__('Doubling %1', name)}>
            {text}
          </Fact>
        );
      })}
    </>
  );
}

function Fact(props: { name: string; children: React.ReactNode }): JSX.Element {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd>{props.children}</dd>
    </div>
  );
}
