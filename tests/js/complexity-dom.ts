/** Acting on the question for a prediction, and looking what is in the page. */

import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { Widget } from '@lumino/widgets';
import { act } from 'react';
import { expect } from 'vitest';

import { saidNow } from '../../labextension/src/complexity/asking';
import { MIME_TYPE } from '../../labextension/src/complexity/result';
import { askSetting } from '../../labextension/src/complexity/setting';
import { complexityFactory } from '../../labextension/src/mime';
import { click, find } from './dom';

/** A renderer on an empty page, with the settings as they are at first; it has no cell. */
export function newRenderer(): IRenderMime.IRenderer {
  document.body.innerHTML = '';
  askSetting.value = true;
  saidNow.clear();
  const renderer = complexityFactory.createRenderer({
    mimeType: MIME_TYPE,
    sanitizer: { sanitize: (html: string) => html.replace(/<script.*/, '') },
    resolver: null,
    linkHandler: null,
    latexTypesetter: null
  });
  act(() => Widget.attach(renderer, document.body));
  return renderer;
}

/** Gives the renderer its data, as JupyterLab does with every update. */
export async function show(
  renderer: IRenderMime.IRenderer,
  data: unknown,
  html?: string
): Promise<HTMLElement> {
  const model = { data: { [MIME_TYPE]: data, 'text/html': html } };
  await act(() => renderer.renderModel(model as never));
  return renderer.node;
}

export function choose(host: HTMLElement, group: number, value: string): void {
  const groups = host.querySelectorAll<HTMLElement>('fieldset');
  click(find(groups[group] as HTMLElement, `input[value="${value}"]`));
}

export function predict(
  host: HTMLElement,
  ...choices: [number, string][]
): void {
  choices.forEach(([group, value]) => choose(host, group, value));
  click(find(host, '[type=submit]'));
}

export function skip(host: HTMLElement): void {
  click(find(host, '.tt-Predict .jp-mod-reject'));
}

/** Class, exponent, formula, plot, sentences and costs. */
export function expectHidden(host: HTMLElement): void {
  expect(find(host, '.tt-Complexity').dataset['asks']).toBe('true');
  for (const part of ['.tt-Growth', 'svg path.tt-Plot-line', 'table', 'dl']) {
    expect(host.querySelector(part)).toBeNull();
  }
  for (const text of ['1.98', '0.95 µs', 'grows like', 'agrees', '8.0 MiB']) {
    expect(host.textContent).not.toContain(text);
  }
}

export function expectShown(host: HTMLElement): void {
  expect(host.querySelector('form')).toBeNull();
  expect(find(host, '[data-resource=time]').textContent).toContain(
    'Time grows like n2'
  );
}

/** Gives a field a value as a user does; React looks at the element's own setter. */
export function type(field: HTMLElement, value: string): void {
  const set = Object.getOwnPropertyDescriptor(
    HTMLInputElement.prototype,
    'value'
  )?.set;
  act(() => {
    set?.call(field, value);
    field.dispatchEvent(new Event('input', { bubbles: true }));
  });
}
