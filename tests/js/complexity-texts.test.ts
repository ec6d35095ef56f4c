/** The result in words. */

import { expect, test } from 'vitest';

import { complexityText } from '../../labextension/src/complexity/copy-text';
import type { IGrowth } from '../../labextension/src/complexity/result';
import {
  comparisonText,
  confidenceText,
  doublingText,
  formatCost,
  formatFactor,
  headline,
  predictedFactorText
} from '../../labextension/src/complexity/texts';
import { complexity, growth, prediction } from './complexity-samples';
import { trans } from './samples';

const GROWTH = growth() as IGrowth;
const grown = (changes: object) => growth(changes) as IGrowth;

test('the answer is a sentence, decided or not', () => {
  const say = (changes: object) => headline(grown(changes), ['n'], trans);
  expect(say({})).toBe('grows like n^2');
  expect(say({ best: '1' })).toBe('does not grow with n');
  expect(say({ decided: false, candidates: ['n', 'n log n', 'n^2'] })).toBe(
    'undecided between n, n log n and n^2'
  );
  expect(say({ decided: false })).toBe('perhaps like n^2, but not decided');
});

test('confidence is never rounded up to certainty', () => {
  expect(confidenceText(0.9999, trans)).toBe('very sure, 99 %');
  expect(confidenceText(0.9, trans)).toBe('sure, 90 %');
  expect(confidenceText(0.55, trans)).toBe('not sure, 55 %');
  expect(confidenceText(0.2, trans)).toBe('very unsure, 20 %');
});

test('what doubling costs is a factor and a cost', () => {
  const say = (changes: object) =>
    doublingText(grown(changes), 'n', 1024, 'time', trans);
  expect(say({})).toBe('4 times: 4 s at n = 2\u202f048');
  expect(say({ doubling: { n: 1.001 } })).toContain('the same');
  expect(say({ doubling: {} })).toBeNull();
});

test('costs that nobody will wait for are told in days and years', () => {
  expect(formatCost(3 * 3600, 'time')).toBe('3 h');
  expect(formatCost(5 * 86_400, 'time')).toBe('5 days');
  expect(formatCost(1e4 * 365.25 * 86_400, 'time')).toBe('10\u202f000 years');
  expect(formatCost(2 ** 30, 'memory')).toBe('1.0 GiB');
  expect(formatFactor(29_813_046)).toBe('29\u202f800\u202f000');
  expect(formatFactor(2 ** 40)).toBe('1.1e+12');
});

test('the prediction stands beside the figure that decides', () => {
  const say = (text: string) => comparisonText(text, GROWTH, ['n'], trans);
  expect(say('n^2')).toBe('You predicted n^2: the measurement agrees.');
  expect(say('n')).toBe('You predicted n; measured: n^2.');
  const factor = (text: string) =>
    predictedFactorText(text, GROWTH, ['n'], trans);
  // From 128 to 1024 are three doublings.
  expect(factor('n^3')).toBe('Your n^3 would have made it 512 times.');
  expect(factor('n^2')).toBeNull();
});

test('the copied text has answer, prediction, figures and points', () => {
  const text = complexityText(complexity(), prediction(), trans);
  expect(text).toContain('Time: grows like n^2 (very sure, 97 %)');
  expect(text).toContain('You predicted n^2: the measurement agrees.');
  expect(text).toContain('Exponent of n: 1.98 (1.95 to 2.02)');
  expect(text).toContain('1.0 ms + 0.95 µs * n^2');
  expect(text).toContain('The budget is used up.');
  expect(text.split('\n')).toContain('1024\t1.00 s\t7\t8.0 MiB');
});
