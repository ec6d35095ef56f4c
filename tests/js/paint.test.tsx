/** The first paint is measured whichever comes first: the tree or the panel. */

import React from 'react';
import { act } from 'react';
import { beforeEach, expect, test, vi } from 'vitest';

import { mount } from './dom';

beforeEach(() => {
  vi.resetModules();
  performance.clearMarks();
  performance.clearMeasures();
});

test.each([['tree'], ['panel']])('%s first', async first => {
  const paint = await import('../../labextension/src/navigator/paint');
  const measures = () => performance.getEntriesByName(paint.FIRST_PAINT).length;
  const frame = () =>
    act(
      () => new Promise(done => requestAnimationFrame(() => done(undefined)))
    );
  const Tree = () => {
    paint.useFirstPaint();
    return <p />;
  };
  const steps = [() => void mount(<Tree />), () => paint.markShown()];
  for (const step of first === 'tree' ? steps : steps.reverse()) {
    expect(measures()).toBe(0);
    step();
    await frame();
  }
  expect(measures()).toBe(1);
  paint.markShown();
  await frame();
  expect(measures()).toBe(1);
});
