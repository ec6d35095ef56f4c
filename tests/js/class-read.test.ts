/** What the server answers about a class, read; the words for it. */

import { expect, test } from 'vitest';

import { nameOf, needsDecision } from '../../labextension/src/class/data';
import {
  previewText,
  changedCells,
  changeText
} from '../../labextension/src/class/preview-texts';
import {
  readClass,
  readPreview,
  readReleaseMessage,
  readZip
} from '../../labextension/src/class/read';
import {
  disabledReason,
  placeText,
  releaseLabel,
  stateText
} from '../../labextension/src/class/texts';
import { FieldError } from '../../labextension/src/fields';
import { classModule, fault, preview, theClass } from './class-samples';
import { trans } from './samples';

const RAW_FAULT = {
  line: 40,
  cell: 7,
  rule: 'R3',
  grade_id: '01-add',
  found: 'The solution is never closed.',
  mend: 'Write ### END SOLUTION below it.',
  severity: 'error'
};

const RAW_MODULE = {
  id: '01_tensor',
  title: 'Tensor',
  file: 'modules/01_tensor/tensor_dev.py',
  path: null,
  state: 'draft',
  version: null,
  at: null,
  points: { auto: 76, manual: 24 },
  faults: [RAW_FAULT],
  submissions: 2,
  changed_graded: ['01-add-test'],
  reshaped: [],
  reason: '1 fault in modules/01_tensor/tensor_dev.py'
};

function fieldOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    return (error as FieldError).field;
  }
  throw new Error('It was read.');
}

test('a class is read field by field', () => {
  const { modules } = readClass({ folder: 'class', modules: [RAW_MODULE] });
  expect(modules).toEqual([
    classModule({
      state: 'draft',
      path: null,
      faults: [fault()],
      submissions: 2,
      changedGraded: ['01-add-test'],
      reason: RAW_MODULE.reason
    })
  ]);
});

test('what is wrong in an answer is named', () => {
  const with_ = (changes: object) => () =>
    readClass({ folder: 'class', modules: [{ ...RAW_MODULE, ...changes }] });
  expect(fieldOf(with_({ state: 'gone' }))).toBe('class.modules[0].state');
  expect(fieldOf(with_({ points: 3 }))).toBe('class.modules[0].points');
  expect(fieldOf(with_({ faults: [{ ...RAW_FAULT, severity: 'bad' }] }))).toBe(
    'class.modules[0].faults[0].severity'
  );
  expect(fieldOf(() => readReleaseMessage({ kind: 'other' }))).toBe(
    'message.kind'
  );
});

test('messages of a release are read', () => {
  const step = { kind: 'step', name: 'scan', number: 9, total: 10 };
  expect(readReleaseMessage(step)).toEqual(step);
  expect(
    readReleaseMessage({
      kind: 'refused',
      sentence: 'No.',
      faults: [RAW_FAULT]
    })
  ).toEqual({ kind: 'refused', sentence: 'No.', faults: [fault()] });
  const done = {
    kind: 'done',
    released: {
      module: '01_tensor',
      version: 2,
      points: { auto: 1, manual: 0 },
      warnings: [],
      unchanged: true
    }
  };
  expect(readReleaseMessage(done)).toEqual({
    kind: 'done',
    released: {
      version: 2,
      points: { auto: 1, manual: 0 },
      warnings: [],
      unchanged: true
    }
  });
});

test('previews and files are read', () => {
  expect(
    readPreview({
      module: '01_tensor',
      cells: [{ kind: 'code', grade_id: '', now: null, then: 'x' }],
      stubs: 1,
      removed_lines: 3,
      refused: null,
      faults: []
    }).cells
  ).toEqual([{ kind: 'code', gradeId: '', now: null, then: 'x' }]);
  expect(readZip({ file: 'release-zips/all.zip', path: null }).path).toBeNull();
});

test('each state has its words', () => {
  const at = '2026-11-30T10:00:00+00:00';
  const of = (changes: object) => stateText(classModule(changes), trans);
  expect(of({ state: 'draft', faults: [fault()] })).toBe('draft, 1 fault');
  expect(of({ state: 'ready' })).toBe('ready to release');
  expect(of({ state: 'released', version: 3, at })).toMatch(
    /^released, version 3 of .*2026/
  );
  expect(of({ state: 'changed', version: 3, at: 'long ago' })).toBe(
    'changed since version 3 of long ago'
  );
});

test('places count what there is to count', () => {
  expect(placeText(fault(), trans)).toBe('line 40, cell 7 (01-add)');
  expect(placeText(fault({ cell: 0, gradeId: '' }), trans)).toBe('line 40');
  expect(placeText(fault({ line: 0, cell: 0 }), trans)).toBeNull();
});

test('only changed graded cells with submissions need a decision', () => {
  const of = (submissions: number, changedGraded: string[]) =>
    classModule({ submissions, changedGraded });
  expect(needsDecision(of(2, ['a']))).toBe(true);
  expect(needsDecision(of(0, ['a']))).toBe(false);
  expect(needsDecision(of(2, []))).toBe(false);
  expect(releaseLabel(of(2, ['a']), trans)).toBe('Release…');
  expect(releaseLabel(of(0, []), trans)).toBe('Release');
});

test('the reason why Release is off is that of the module, or the release that runs', () => {
  const [, draft] = theClass().modules;
  expect(disabledReason(draft ?? classModule(), null, trans)).toBe(
    'Release is off: 2 faults in modules/02_activations/activations_dev.py.'
  );
  expect(disabledReason(classModule(), null, trans)).toBeNull();
  expect(nameOf(classModule())).toBe('01 Tensor');
});

test('the preview counts stubs, lines and cells that change', () => {
  expect(previewText(preview(), trans)).toBe(
    '3 lines of solutions and hidden tests are left out; 1 stub stands for a solution. 3 of 4 cells change for students.'
  );
  expect(changedCells(preview()).map(cell => cell.gradeId)).toEqual([
    '01-add',
    '',
    '01-new'
  ]);
  expect(preview().cells.map(cell => changeText(cell, true, trans))).toEqual([
    null,
    'changes',
    'goes away',
    'new'
  ]);
});

test('where students have nothing, nothing counts as new', () => {
  const cells = preview().cells.map(cell => ({ ...cell, now: null }));
  expect(previewText(preview({ cells }), trans)).toContain(
    'Students have nothing of it yet.'
  );
  expect(cells.map(cell => changeText(cell, false, trans))).toEqual([
    null,
    null,
    null,
    null
  ]);
});
