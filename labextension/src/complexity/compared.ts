/** The prediction that a result is shown beside, wherever it was made. Pure. */

import type { TranslationBundle } from '@jupyterlab/translation';

import { predictedLine, type ILine } from './plot-data';
import { verdictOf, type IPrediction } from './prediction';
import type { IComplexity, Resource, Verdict } from './result';
import { comparisonText, predictedFactorText } from './texts';

export interface IComparison {
  verdict: Verdict;
  text: string;
  /** What the prediction would have made of the deciding figure. */
  figure: string | null;
  /** The predicted exponent of each size, where sizes are compared one by one. */
  predicted: string;
}

/** The prediction against the growth of one resource; null if there is nothing to compare. */
export function comparison(
  result: IComplexity,
  resource: Resource,
  prediction: IPrediction | null,
  trans: TranslationBundle
): IComparison | null {
  const growth = result[resource];
  const predicted = prediction?.[resource] ?? null;
  if (growth === null) {
    return null;
  }
  if (predicted === null) {
    return resource === 'time' ? givenComparison(result) : null;
  }
  return {
    verdict: verdictOf(predicted, growth, result.names),
    text: comparisonText(predicted, growth, result.names, trans),
    figure: predictedFactorText(predicted, growth, result.names, trans),
    predicted
  };
}

/** What `--predict` said; the kernel has compared it with the time. */
function givenComparison(result: IComplexity): IComparison | null {
  const given = result.prediction;
  return given === null || given.verdict === null
    ? null
    : {
        verdict: given.verdict,
        text: given.sentence,
        figure: null,
        predicted: given.formula
      };
}

/** The prediction as a line in the plot along one size. */
export function comparisonLine(
  result: IComplexity,
  resource: Resource,
  name: string,
  prediction: IPrediction | null
): ILine | null {
  const predicted = prediction?.[resource] ?? null;
  if (predicted !== null) {
    return predictedLine(predicted, result, name, resource);
  }
  const curves = resource === 'time' ? (result.prediction?.curves ?? []) : [];
  return curves.find(curve => curve.name === name) ?? null;
}
