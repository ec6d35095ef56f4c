/** What somebody predicted before seeing the result: its stored form, and how it compares. Pure. */

import { growthFactor, powerOf, productExponents } from './classes';
import {
  RESOURCES,
  type IComplexity,
  type IGrowth,
  type Resource,
  type Verdict
} from './result';

/** A class in n, or with several sizes a product of their powers; null: not predicted. */
export type Predicted = Record<Resource, string | null>;

/** The object at `tinytorch.prediction` in the metadata of the cell. */
export interface IPrediction extends Predicted {
  skipped: boolean;
  /** When it was given, ISO 8601. */
  at: string;
  /** Digest of the cell's text that it is about. */
  source: string;
  /** Start of the sweep that it was given for. */
  started: string;
}

export const NOTHING_PREDICTED: Predicted = { time: null, memory: null };

/** Reads metadata, which may hold anything; null if it is no prediction. */
export function readPrediction(data: unknown): IPrediction | null {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    return null;
  }
  const stored = data as Record<string, unknown>;
  const text = (key: string) =>
    typeof stored[key] === 'string' ? (stored[key] as string) : null;
  const prediction = {
    time: text('time'),
    memory: text('memory'),
    skipped: stored['skipped'] === true,
    at: text('at') ?? '',
    source: text('source') ?? '',
    started: text('started') ?? ''
  };
  const given = RESOURCES.some(resource => prediction[resource] !== null);
  return given || prediction.skipped ? prediction : null;
}

/** The stored form: only what was said. */
export function storedPrediction(
  prediction: IPrediction
): Record<string, string | boolean> {
  const { time, memory, skipped, at, source, started } = prediction;
  return {
    ...(time !== null && { time }),
    ...(memory !== null && { memory }),
    ...(skipped && { skipped }),
    at,
    source,
    started
  };
}

/** Whether it was given for this very sweep, or for an earlier one of the same text. */
export function isAbout(
  prediction: IPrediction,
  result: IComplexity,
  source: string
): boolean {
  return (
    prediction.source === source ||
    (result.started !== '' && prediction.started === result.started)
  );
}

/** A short digest of a cell's text, so that a changed text is noticed (FNV-1a; nothing secret hangs on it). */
export function digest(text: string): string {
  let hash = 0x811c9dc5;
  for (const character of text.trimEnd()) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/** The prediction against what was found: right only if the data decide for it. */
export function verdictOf(
  predicted: string,
  growth: IGrowth,
  names: string[]
): Verdict {
  if (isBest(predicted, growth, names)) {
    return growth.decided ? 'agrees' : 'open';
  }
  const possible =
    growth.candidates.some(each => isSame(each, predicted, names)) ||
    (!growth.decided && liesInIntervals(predicted, growth, names));
  return possible ? 'open' : 'differs';
}

/** Factor that the predicted class has from `start` to `end` of the deciding figure. */
export function predictedFactor(
  predicted: string,
  growth: IGrowth
): number | null {
  const { deciding } = growth;
  return deciding === null
    ? null
    : growthFactor(predicted, deciding.start, deciding.end, growth.base);
}

function isBest(predicted: string, growth: IGrowth, names: string[]): boolean {
  if (isSame(predicted, growth.best, names)) {
    return true;
  }
  // A power is written with one digit or two: what counts is that the measured interval holds it.
  const power = powerOf(growth.best);
  return (
    names.length === 1 &&
    power !== null &&
    growth.best.includes('.') &&
    liesInIntervals(predicted, growth, names)
  );
}

function isSame(one: string, other: string, names: string[]): boolean {
  if (one === other) {
    return true;
  }
  const exponents = productExponents(one, names);
  const others = productExponents(other, names);
  return (
    names.length > 1 &&
    exponents !== null &&
    others !== null &&
    names.every(name => exponents[name] === others[name])
  );
}

function liesInIntervals(
  predicted: string,
  growth: IGrowth,
  names: string[]
): boolean {
  const [name = 'n'] = names;
  const power = powerOf(predicted);
  const exponents =
    names.length > 1
      ? productExponents(predicted, names)
      : power === null
        ? null
        : { [name]: power };
  return (
    exponents !== null &&
    names.every(each => {
      const interval = growth.intervals[each];
      const exponent = exponents[each] ?? 0;
      return (
        interval !== undefined &&
        interval[0] <= exponent &&
        exponent <= interval[1]
      );
    })
  );
}
