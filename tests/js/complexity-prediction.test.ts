/** Predictions: when they count, how they are stored, and how they are judged. */

import { expect, test } from 'vitest';

import {
  digest,
  isAbout,
  readPrediction,
  storedPrediction,
  verdictOf
} from '../../labextension/src/complexity/prediction';
import type { IGrowth } from '../../labextension/src/complexity/result';
import { complexity, growth, prediction, twoSizes } from './complexity-samples';

const GROWTH = growth() as IGrowth;
const grown = (changes: object) => growth(changes) as IGrowth;

test.each([
  ['n^2', GROWTH, 'agrees'],
  ['n^3', GROWTH, 'differs'],
  ['n^2', grown({ decided: false, candidates: ['n^2', 'n^3'] }), 'open'],
  ['n^3', grown({ decided: false, candidates: ['n^2', 'n^3'] }), 'open'],
  ['n', grown({ decided: false, candidates: ['n^2', 'n^3'] }), 'differs'],
  ['n^1.6', power(1.58, [1.5, 1.65]), 'agrees'],
  ['n^1.4', power(1.58, [1.5, 1.65]), 'differs'],
  ['n^2.5', grown({ best: 'n^3', intervals: { n: [2.4, 3] } }), 'differs']
])('a prediction of %s is judged', (predicted, found, verdict) => {
  expect(verdictOf(predicted, found, ['n'])).toBe(verdict);
});

function power(exponent: number, interval: number[]): IGrowth {
  const best = `n^${exponent}`;
  return grown({ best, candidates: [best], intervals: { n: interval } });
}

test('with several sizes the product counts, however it is written', () => {
  const { time, names } = twoSizes();
  const judge = (text: string) => verdictOf(text, time as IGrowth, names);
  expect(judge('d^2 * batch')).toBe('agrees');
  expect(judge('batch * d')).toBe('differs');
});

test('a prediction counts for its own text and its own run', () => {
  const run = complexity({ started: 'monday' });
  expect(isAbout(prediction({ source: 'abc' }), run, 'abc')).toBe(true);
  expect(isAbout(prediction({ source: 'abc' }), run, 'changed')).toBe(false);
  expect(isAbout(prediction({ started: 'monday' }), run, 'changed')).toBe(true);
});

test('the digest sees every change but one at the end', () => {
  expect(digest('x = 1\ny = n\n')).toBe(digest('x = 1\ny = n'));
  expect(digest('x = 1')).not.toBe(digest('x = 2'));
  // FNV-1a's own test value.
  expect(digest('foobar')).toBe('bf9cf968');
});

test('a prediction comes back from its stored form, and other metadata is none', () => {
  for (const said of [
    prediction(),
    prediction({ time: null, skipped: true })
  ]) {
    expect(readPrediction(storedPrediction(said))).toEqual(said);
  }
  for (const data of [null, 'n^2', [], {}, { at: 'now' }, { time: 2 }]) {
    expect(readPrediction(data)).toBeNull();
  }
});
