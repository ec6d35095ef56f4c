/** The view of the selected module, mounted on a server that gives the answers of a test. */

import React from 'react';
import { act } from 'react';
import { vi } from 'vitest';

import type { ICourseApi } from '../../labextension/src/course/api';
import type { IModule } from '../../labextension/src/course/course';
import { CourseModel } from '../../labextension/src/course/model';
import type { Message } from '../../labextension/src/course/outcome';
import { WorkModel } from '../../labextension/src/work/model';
import { ModuleView } from '../../labextension/src/work/module-view';
import { OutlineModel } from '../../labextension/src/work/outline-model';
import { api, course, module } from './course-samples';
import { mount } from './dom';
import { trans } from './samples';

export const actions = {
  open: vi.fn(),
  test: vi.fn(),
  complete: vi.fn(),
  use: vi.fn(),
  update: vi.fn(),
  feedback: vi.fn(),
  jump: vi.fn(),
  more: vi.fn(),
  restartKernels: vi.fn()
};

/** An empty page, and no button pressed yet. */
export function clear(): void {
  document.body.innerHTML = '';
  Object.values(actions).forEach(action => action.mockReset());
}

export interface IScreen {
  host: HTMLElement;
  work: WorkModel;
  outline: OutlineModel;
}

/** The only module of the course, on a server with these answers. */
export async function show(
  changes: Partial<IModule> = {},
  answers: Partial<ICourseApi> = {}
): Promise<IScreen> {
  const server = api({
    course: async () => course({ modules: [module(changes)] }),
    ...answers
  });
  const model = new CourseModel({
    api: server,
    openPath: async () => undefined
  });
  const notebooks = {
    save: async () => undefined,
    reload: async () => undefined
  };
  const work = new WorkModel(server, notebooks, trans);
  const outline = new OutlineModel(server);
  const { host } = mount(
    <ModuleView
      course={model}
      work={work}
      outline={outline}
      actions={actions}
      trans={trans}
    />
  );
  act(() => model.select('01_tensor'));
  await act(() => model.refresh());
  return { host, work, outline };
}

export function button(host: HTMLElement, name: string): HTMLButtonElement {
  const found = [...host.querySelectorAll('button')].find(
    each => each.textContent === name || each.ariaLabel === name
  );
  if (found === undefined) {
    throw new Error(`There is no button ${name} in ${host.textContent}`);
  }
  return found;
}

/** A server whose runs send these messages. */
export function sends(...messages: Message[]): Pick<ICourseApi, 'run'> {
  return {
    run: async (_kind, _module, onMessage) => messages.forEach(onMessage)
  };
}
