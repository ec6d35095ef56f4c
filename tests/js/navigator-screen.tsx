/** Head and tree of the navigator, mounted on a server that gives the course of a test. */

import React from 'react';
import { act } from 'react';
import { vi } from 'vitest';

import type { ICourse } from '../../labextension/src/course/course';
import { CourseModel } from '../../labextension/src/course/model';
import { HeaderView } from '../../labextension/src/navigator/header';
import { CourseView } from '../../labextension/src/navigator/view';
import { api, course } from './course-samples';
import { find, mount } from './dom';
import { trans } from './samples';

/** What the server says: a course, or why not. */
export const server: { answer: ICourse | Error } = { answer: course() };

export const actions = {
  open: vi.fn(),
  openMilestone: vi.fn(),
  goOn: vi.fn(),
  makeFolder: vi.fn(),
  updateFrom: vi.fn()
};

/** An empty page, the usual course, and nothing opened yet. */
export function clear(): void {
  document.body.innerHTML = '';
  server.answer = course();
  Object.values(actions).forEach(action => action.mockReset());
}

export function newModel(): CourseModel {
  return new CourseModel({
    api: api({
      course: async () => {
        if (server.answer instanceof Error) {
          throw server.answer;
        }
        return server.answer;
      }
    }),
    openPath: async () => undefined
  });
}

/** Head and tree, as the panel stacks them. */
export function view(model: CourseModel): HTMLElement {
  const props = { model, actions, trans };
  return mount(
    <>
      <HeaderView {...props} />
      <CourseView {...props} />
    </>
  ).host;
}

export async function show(model = newModel()): Promise<HTMLElement> {
  const host = view(model);
  await act(() => model.refresh());
  return host;
}

export function search(host: HTMLElement, text: string): void {
  const input = find(host, 'input[type=search]') as HTMLInputElement;
  act(() => {
    // React listens to the browser's own setter.
    const set = Object.getOwnPropertyDescriptor(
      HTMLInputElement.prototype,
      'value'
    )?.set;
    set?.call(input, text);
    input.dispatchEvent(new Event('input', { bubbles: true }));
  });
}

export function rows(host: HTMLElement): (string | undefined)[] {
  return [...host.querySelectorAll<HTMLElement>('[role=treeitem]')].map(
    item => item.dataset['row']
  );
}

export function row(host: HTMLElement, id: string): HTMLElement {
  return find(host, `[data-row="${id}"]`);
}

export function focused(): string | undefined {
  return (document.activeElement as HTMLElement).dataset['row'];
}
