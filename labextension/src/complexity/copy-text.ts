/** The whole result as plain text, to paste elsewhere. Pure. */

import type { TranslationBundle } from '@jupyterlab/translation';

import { formatBytes, formatSeconds } from '../format';
import { inTermsOf } from './classes';
import { comparison } from './compared';
import type { IPrediction } from './prediction';
import {
  largestMeasured,
  RESOURCES,
  type IComplexity,
  type Resource
} from './result';
import {
  confidenceText,
  doublingText,
  exponentText,
  headline,
  resourceName,
  stateText
} from './texts';

export function complexityText(
  result: IComplexity,
  prediction: IPrediction | null,
  trans: TranslationBundle
): string {
  return [
    stateText(result, trans),
    ...RESOURCES.flatMap(resource =>
      growthLines(result, resource, prediction, trans)
    ),
    ...(result.stopped === null ? [] : [result.stopped.text]),
    ...result.notes,
    '',
    ...pointLines(result, trans)
  ].join('\n');
}

function growthLines(
  result: IComplexity,
  resource: Resource,
  prediction: IPrediction | null,
  trans: TranslationBundle
): string[] {
  const growth = result[resource];
  if (growth === null) {
    return [];
  }
  const { names } = result;
  const sure = confidenceText(growth.confidence, trans);
  const exponents = names.flatMap(name => {
    const exponent = growth.exponents[name];
    return exponent === undefined
      ? []
      : `${name}: ${exponentText(exponent, growth.intervals[name], trans)}`;
  });
  const doubling = names.flatMap(name => {
    const largest = largestMeasured(result, name, resource);
    const text = doublingText(growth, name, largest, resource, trans);
    return text === null ? [] : trans.__('Doubling %1: %2', name, text);
  });
  const facts = [
    comparison(result, resource, prediction, trans)?.text ?? '',
    exponents.length === 0
      ? ''
      : trans.__('Exponent of %1', exponents.join(', ')),
    growth.formula === '' ? '' : inTermsOf(growth.formula, names),
    ...doubling,
    growth.deciding?.text ?? '',
    ...growth.knees.map(knee => knee.text)
  ];
  return [
    `${resourceName(resource, trans)}: ${headline(growth, names, trans)} (${sure})`,
    ...facts.filter(fact => fact !== '').map(fact => `  ${fact}`)
  ];
}

/** Columns apart by tabs, which spreadsheets understand. */
function pointLines(result: IComplexity, trans: TranslationBundle): string[] {
  const head = [
    ...result.names,
    trans.__('Time'),
    trans.__('Runs'),
    trans.__('Peak memory')
  ];
  const rows = result.points.map(point => [
    ...result.names.map(name => String(point.sizes[name])),
    point.time_s === null ? '' : formatSeconds(point.time_s),
    String(point.runs),
    point.peak_bytes === null ? '' : formatBytes(point.peak_bytes)
  ]);
  return [head, ...rows].map(row => row.join('\t'));
}
