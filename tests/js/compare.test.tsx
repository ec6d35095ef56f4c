/** The student's code beside the reference's. */

import React from 'react';
import { beforeEach, expect, test } from 'vitest';

import { sideBySide } from '../../labextension/src/compare/diff';
import { CompareView } from '../../labextension/src/compare/view';
import { find, mount } from './dom';
import { trans } from './samples';

beforeEach(() => {
  document.body.innerHTML = '';
});

/** E.g. "same a|a". */
function rows(mine: string, reference: string): string[] {
  return sideBySide(mine, reference).map(
    row => `${row.kind} ${row.mine?.text ?? ''}|${row.reference?.text ?? ''}`
  );
}

test('equal lines stand beside each other, the rest between them in pairs', () => {
  expect(rows('a\nb\nc', 'a\nx\nc')).toEqual([
    'same a|a',
    'changed b|x',
    'same c|c'
  ]);
  expect(rows('a\nc', 'a\nb\nc')).toEqual([
    'same a|a',
    'reference |b',
    'same c|c'
  ]);
  expect(rows('a\nb\nb2\nc', 'a\nx\nc')).toEqual([
    'same a|a',
    'changed b|x',
    'mine b2|',
    'same c|c'
  ]);
});

test('as many lines as can stay together do', () => {
  const text = 'one\ntwo\nthree\nfour';
  expect(rows(`zero\n${text}`, `${text}\nfive`)).toEqual([
    'mine zero|',
    ...text.split('\n').map(line => `same ${line}|${line}`),
    'reference |five'
  ]);
});

test('each side keeps all of its lines, in order and numbered', () => {
  const mine = 'def f(x):\n\n    y = 1\n    return y\n';
  const reference = 'def f(x):\n    return 1\n\n    # no';
  const table = sideBySide(mine, reference);
  for (const [side, text] of [
    ['mine', mine],
    ['reference', reference]
  ] as const) {
    const lines = table.flatMap(row => row[side] ?? []);
    expect(lines.map(line => line.text).join('\n')).toBe(text);
    expect(lines.map(line => line.number)).toEqual(lines.map((_, i) => i + 1));
  }
});

test('an empty side has no lines', () => {
  expect(rows('', 'a')).toEqual(['reference |a']);
  expect(rows('', '')).toEqual([]);
});

function show(mine: string, reference: string): HTMLElement {
  const pairs = [{ name: 'f', mine, reference }];
  return mount(<CompareView name="01 Tensor" pairs={pairs} trans={trans} />)
    .host;
}

test('what differs is said, not only coloured', () => {
  const host = show('a\nb', 'a\nc');
  const [same, changed] = [...host.querySelectorAll('tbody tr')];
  expect(same?.textContent).toBe('1a1a');
  expect(changed?.textContent).toBe('2−only in yoursb2+only in the referencec');
  expect(find(host, 'caption').textContent).toBe('f, line by line');
});

test('code that is the same needs no table, an exercise without reference says so', () => {
  const equal = show('a', 'a');
  expect(equal.querySelector('table')).toBeNull();
  expect(equal.textContent).toContain('the same as the reference');
  expect(show('a', '').textContent).toContain('it is an exercise only');
});
