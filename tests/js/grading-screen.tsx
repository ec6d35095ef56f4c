/** The panel of submissions on a page, and what a user does to it. */

import React, { act } from 'react';
import { vi } from 'vitest';

import type { GradingModel } from '../../labextension/src/grading/model';
import type { IGradingActions } from '../../labextension/src/grading/props';
import { GradingView } from '../../labextension/src/grading/view';
import { mount } from './dom';
import { trans } from './samples';

export const actions = {
  openPage: vi.fn(),
  download: vi.fn(),
  collectFile: vi.fn(),
  saveGrades: vi.fn(),
  save: vi.fn()
} satisfies IGradingActions;

/** An empty page, and actions that were not asked for. */
export function clear(): void {
  document.body.innerHTML = '';
  Object.values(actions).forEach(action => action.mockReset());
}

export async function show(model: GradingModel): Promise<HTMLElement> {
  const { host } = mount(
    <GradingView model={model} name="01 Sums" actions={actions} trans={trans} />
  );
  await act(() => model.refresh());
  return host;
}

/** The first button that says this. */
export function button(host: HTMLElement, text: string): HTMLButtonElement {
  const found = [...host.querySelectorAll('button')].find(
    each => each.textContent?.trim() === text
  );
  if (found === undefined) {
    throw new Error(`No button ${text} in ${host.textContent}`);
  }
  return found;
}

/** Writes into an input as a user does: React listens to the element's own setter. */
export function write(input: Element | undefined | null, value: string): void {
  const set = Object.getOwnPropertyDescriptor(
    HTMLInputElement.prototype,
    'value'
  )?.set;
  act(() => {
    set?.call(input, value);
    input?.dispatchEvent(new Event('input', { bubbles: true }));
  });
}
