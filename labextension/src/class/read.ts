/** The answers about a class, read field by field: a wrong one throws a `FieldError` with its name. */

import { Fields } from '../fields';
import {
  CLASS_STATES,
  type IClass,
  type IClassModule,
  type IFault,
  type IPoints,
  type IPreview,
  type IReleased,
  type IZip
} from './data';

export function readClass(data: unknown): IClass {
  const answer = new Fields(data, 'class');
  return {
    folder: answer.string('folder'),
    modules: answer.objects('modules', readModule)
  };
}

function readModule(module: Fields): IClassModule {
  return {
    id: module.string('id'),
    title: module.string('title'),
    file: module.string('file'),
    path: module.stringOrNull('path'),
    state: module.word('state', CLASS_STATES),
    version: module.numberOrNull('version'),
    at: module.stringOrNull('at'),
    points: readPoints(module.object('points')),
    faults: module.objects('faults', readFault),
    submissions: module.number('submissions'),
    changedGraded: module.strings('changed_graded'),
    reshaped: module.strings('reshaped'),
    reason: module.stringOrNull('reason')
  };
}

function readPoints(points: Fields): IPoints {
  return { auto: points.number('auto'), manual: points.number('manual') };
}

function readFault(fault: Fields): IFault {
  return {
    line: fault.number('line'),
    cell: fault.number('cell'),
    rule: fault.string('rule'),
    gradeId: fault.string('grade_id'),
    found: fault.string('found'),
    mend: fault.string('mend'),
    severity: fault.word('severity', ['error', 'warning'] as const)
  };
}

export function readPreview(data: unknown): IPreview {
  const preview = new Fields(data, 'preview');
  return {
    cells: preview.objects('cells', cell => ({
      kind: cell.string('kind'),
      gradeId: cell.string('grade_id'),
      now: cell.stringOrNull('now'),
      then: cell.stringOrNull('then')
    })),
    stubs: preview.number('stubs'),
    removedLines: preview.number('removed_lines'),
    refused: preview.stringOrNull('refused'),
    faults: preview.objects('faults', readFault)
  };
}

export function readZip(data: unknown): IZip {
  const zip = new Fields(data, 'zip');
  return { file: zip.string('file'), path: zip.stringOrNull('path') };
}

/** What comes while a release runs. */
export type ReleaseMessage =
  | { kind: 'step'; name: string; number: number; total: number }
  | { kind: 'done'; released: IReleased }
  | { kind: 'refused'; sentence: string; faults: IFault[] }
  | { kind: 'stopped' }
  | { kind: 'error'; message: string };

export function readReleaseMessage(data: unknown): ReleaseMessage {
  const message = new Fields(data, 'message');
  const kinds = ['step', 'done', 'refused', 'stopped', 'error'] as const;
  const kind = message.word('kind', kinds);
  switch (kind) {
    case 'step':
      return {
        kind,
        name: message.string('name'),
        number: message.number('number'),
        total: message.number('total')
      };
    case 'done':
      return { kind, released: readReleased(message.object('released')) };
    case 'refused':
      return {
        kind,
        sentence: message.string('sentence'),
        faults: message.objects('faults', readFault)
      };
    case 'stopped':
      return { kind };
    case 'error':
      return { kind, message: message.string('message') };
  }
}

function readReleased(released: Fields): IReleased {
  return {
    version: released.number('version'),
    points: readPoints(released.object('points')),
    warnings: released.objects('warnings', readFault),
    unchanged: released.boolean('unchanged')
  };
}
