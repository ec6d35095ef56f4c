/** What the result says in words. Pure, so that the wording of every case is tested without a browser. */

import type { TranslationBundle } from '@jupyterlab/translation';

import {
  formatBytes,
  formatCount,
  formatSeconds,
  threeDigits
} from '../format';
import { inTermsOf } from './classes';
import { predictedFactor, verdictOf } from './prediction';
import type { IComplexity, IGrowth, Interval, Resource } from './result';

/** Long times in a unit that can be imagined: what grows fast is soon out of reach. */
const LONG_TIMES: [number, string][] = [
  [365.25 * 86_400, 'years'],
  [86_400, 'days'],
  [3600, 'h']
];

export function formatCost(cost: number, resource: Resource): string {
  if (resource === 'memory') {
    return formatBytes(cost);
  }
  const long = LONG_TIMES.find(([seconds]) => cost >= 2 * seconds);
  return long === undefined
    ? formatSeconds(cost)
    : `${formatFactor(cost / long[0])} ${long[1]}`;
}

/** A factor of any size: 3.98, 64, 29 800, 1.2e+9. */
export function formatFactor(factor: number): string {
  if (factor < 1000) {
    return threeDigits(factor);
  }
  return factor < 1e9
    ? formatCount(Number(factor.toPrecision(3)))
    : factor.toExponential(1);
}

export function resourceName(
  resource: Resource,
  trans: TranslationBundle
): string {
  return resource === 'time' ? trans.__('Time') : trans.__('Memory');
}

/** The answer itself, to follow the name of what grows. */
export function headline(
  growth: IGrowth,
  names: string[],
  trans: TranslationBundle
): string {
  const best = inTermsOf(growth.best, names);
  if (growth.decided) {
    return growth.best === '1'
      ? trans.__('does not grow with %1', joined(names, trans))
      : trans.__('grows like %1', best);
  }
  const candidates = growth.candidates.map(each => inTermsOf(each, names));
  return candidates.length < 2
    ? trans.__('perhaps like %1, but not decided', best)
    : trans.__('undecided between %1', joined(candidates, trans));
}

/** "n, n log n and n^2" */
export function joined(words: string[], trans: TranslationBundle): string {
  const last = words[words.length - 1] ?? '';
  return words.length < 2
    ? last
    : trans.__('%1 and %2', words.slice(0, -1).join(', '), last);
}

/** How sure the best class is, in words and as a number; never rounded up to certainty. */
export function confidenceText(
  confidence: number,
  trans: TranslationBundle
): string {
  return trans.__(
    '%1, %2 %',
    confidenceWord(confidence, trans),
    Math.min(99, Math.floor(100 * confidence + 1e-9))
  );
}

function confidenceWord(confidence: number, trans: TranslationBundle): string {
  if (confidence >= 0.95) {
    return trans.__('very sure');
  }
  if (confidence >= 0.9) {
    return trans.__('sure');
  }
  if (confidence >= 0.7) {
    return trans.__('fairly sure');
  }
  return confidence >= 0.5 ? trans.__('not sure') : trans.__('very unsure');
}

export function exponentText(
  exponent: number,
  interval: Interval | null | undefined,
  trans: TranslationBundle
): string {
  return interval
    ? trans.__(
        '%1 (%2 to %3)',
        exponent.toFixed(2),
        interval[0].toFixed(2),
        interval[1].toFixed(2)
      )
    : exponent.toFixed(2);
}

/** What doubling one size costs: "4.01 times as much: 2.10 s at n = 16 384". */
export function doublingText(
  growth: IGrowth,
  name: string,
  largest: number,
  resource: Resource,
  trans: TranslationBundle
): string | null {
  const factor = growth.doubling[name];
  const doubled = growth.doubled[name];
  if (factor === undefined) {
    return null;
  }
  const times =
    Math.abs(factor - 1) < 0.01
      ? trans.__('the same')
      : trans.__('%1 times', formatFactor(factor));
  return doubled === undefined
    ? times
    : trans.__(
        '%1: %2 at %3 = %4',
        times,
        formatCost(doubled, resource),
        name,
        formatCount(2 * largest)
      );
}

/** The prediction made in the browser beside what was found. */
export function comparisonText(
  predicted: string,
  growth: IGrowth,
  names: string[],
  trans: TranslationBundle
): string {
  const said = inTermsOf(predicted, names);
  const verdict = verdictOf(predicted, growth, names);
  if (verdict === 'agrees') {
    return trans.__('You predicted %1: the measurement agrees.', said);
  }
  return verdict === 'open'
    ? trans.__('You predicted %1: possible, the data do not decide.', said)
    : trans.__(
        'You predicted %1; measured: %2.',
        said,
        inTermsOf(growth.best, names)
      );
}

/** What the predicted class would have made of the deciding figure, if the figure's own sentence does not say it. */
export function predictedFactorText(
  predicted: string,
  growth: IGrowth,
  names: string[],
  trans: TranslationBundle
): string | null {
  const factor = predictedFactor(predicted, growth);
  if (factor === null || predicted in (growth.deciding?.expected ?? {})) {
    return null;
  }
  return trans.__(
    'Your %1 would have made it %2 times.',
    inTermsOf(predicted, names),
    formatFactor(factor)
  );
}

/** First line: what state the sweep is in. */
export function stateText(
  result: IComplexity,
  trans: TranslationBundle
): string {
  const names = joined(result.names, trans);
  if (result.state === 'running') {
    return trans.__('Measuring how cost grows with %1', names);
  }
  if (result.state === 'interrupted') {
    return trans.__('Interrupted: what was learned until then');
  }
  if (result.state === 'error') {
    return trans.__('The cell raised an error: nothing can be told');
  }
  return trans.__('How cost grows with %1', names);
}

/** Sizes of a point, "n = 64" or "batch = 8, d = 64". */
export function sizesText(
  sizes: Record<string, number>,
  names: string[]
): string {
  return names
    .map(name => `${name} = ${formatCount(sizes[name] ?? 0)}`)
    .join(', ');
}
