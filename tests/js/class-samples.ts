/** A class that the tests share, and a server that gives it. */

import { vi } from 'vitest';

import type { IClassApi } from '../../labextension/src/class/api';
import type {
  IClass,
  IClassModule,
  IFault,
  IPreview,
  IReleased
} from '../../labextension/src/class/data';
import type { IClassActions } from '../../labextension/src/class/panel-props';
import type { ReleaseMessage } from '../../labextension/src/class/read';

export function fault(changes: Partial<IFault> = {}): IFault {
  return {
    line: 40,
    cell: 7,
    rule: 'R3',
    gradeId: '01-add',
    found: 'The solution is never closed.',
    mend: 'Write ### END SOLUTION below it.',
    severity: 'error',
    ...changes
  };
}

export function classModule(changes: Partial<IClassModule> = {}): IClassModule {
  return {
    id: '01_tensor',
    title: 'Tensor',
    file: 'modules/01_tensor/tensor_dev.py',
    path: 'modules/01_tensor/tensor_dev.py',
    state: 'ready',
    version: null,
    at: null,
    points: { auto: 76, manual: 24 },
    faults: [],
    submissions: 0,
    changedGraded: [],
    reshaped: [],
    reason: null,
    ...changes
  };
}

/** Two modules: one released, one with two faults. */
export function theClass(): IClass {
  return {
    folder: 'class',
    modules: [
      classModule({
        state: 'released',
        version: 3,
        at: '2026-11-30T10:00:00+00:00'
      }),
      classModule({
        id: '02_activations',
        title: 'Activations',
        file: 'modules/02_activations/activations_dev.py',
        path: 'modules/02_activations/activations_dev.py',
        state: 'draft',
        points: { auto: 40, manual: 0 },
        faults: [
          fault(),
          fault({ line: 0, cell: 0, gradeId: '', rule: 'R2' }),
          fault({ severity: 'warning', line: 9, cell: 2, rule: 'L4' })
        ],
        reason: '2 faults in modules/02_activations/activations_dev.py'
      })
    ]
  };
}

export function released(changes: Partial<IReleased> = {}): IReleased {
  return {
    version: 4,
    points: { auto: 76, manual: 24 },
    warnings: [],
    unchanged: false,
    ...changes
  };
}

export function preview(changes: Partial<IPreview> = {}): IPreview {
  return {
    cells: [
      { kind: 'markdown', gradeId: '', now: '# Tensor', then: '# Tensor' },
      {
        kind: 'code',
        gradeId: '01-add',
        now: 'def add():\n    raise NotImplementedError()',
        then: 'def add(a, b):\n    raise NotImplementedError()'
      },
      { kind: 'code', gradeId: '', now: 'old = 1', then: null },
      { kind: 'code', gradeId: '01-new', now: null, then: 'new = 1' }
    ],
    stubs: 1,
    removedLines: 3,
    refused: null,
    faults: [],
    ...changes
  };
}

/** A server that knows the class and refuses what a test does not expect. */
export function classApi(changes: Partial<IClassApi> = {}): IClassApi {
  const unexpected = () => Promise.reject(new Error('not expected'));
  return {
    load: async () => theClass(),
    preview: unexpected,
    release: unexpected,
    zip: unexpected,
    ...changes
  };
}

/** A release that says these messages and ends. */
export function saying(...messages: ReleaseMessage[]): IClassApi['release'] {
  return async (_module, _decision, onMessage) => messages.forEach(onMessage);
}

export const actions = {
  openFile: vi.fn(),
  release: vi.fn(),
  preview: vi.fn(),
  submissions: vi.fn(),
  zip: vi.fn(),
  download: vi.fn()
} satisfies IClassActions;
