/** What the server answers to one module's actions, read field by field (docs/course-api.md). */

import { Fields } from '../fields';

export const STEP_KINDS = ['build', 'measure', 'understand'] as const;

/** One step of a module's notebook. */
export interface IStep {
  kind: (typeof STEP_KINDS)[number];
  title: string;
  /** The heading above it. */
  section: string;
  cellId: string;
  done: boolean;
  /** What its test said when it failed last; empty if it did not. */
  message: string;
  points: number;
  hints: string[];
}

/** One function or class: the student's code and the reference's; either may be empty. */
export interface IPair {
  name: string;
  mine: string;
  reference: string;
}

/** What an update did to one module. */
export interface IUpdate {
  id: string;
  sentence: string;
  backup: string | null;
}

/** The receipt of a file to hand in. */
export interface IReceipt {
  file: string;
  at: string;
  sha256: string;
  /** What its last tests said. */
  tests: string;
}

export function readSteps(data: unknown): IStep[] {
  return new Fields(data, 'outline').objects('steps', step => ({
    kind: step.word('kind', STEP_KINDS),
    title: step.string('title'),
    section: step.string('section'),
    cellId: step.string('cell_id'),
    done: step.boolean('done'),
    message: step.string('message'),
    points: step.number('points'),
    hints: step.strings('hints')
  }));
}

export function readPairs(data: unknown): IPair[] {
  return new Fields(data, 'solution').objects('pairs', pair => ({
    name: pair.string('name'),
    mine: pair.string('mine'),
    reference: pair.string('reference')
  }));
}

export function readUpdates(data: unknown): IUpdate[] {
  return new Fields(data, 'update').objects('modules', one => ({
    id: one.string('id'),
    sentence: one.string('sentence'),
    backup: one.stringOrNull('backup')
  }));
}

export function readReceipt(data: unknown): IReceipt {
  const receipt = new Fields(data, 'receipt');
  return {
    file: receipt.string('file'),
    at: receipt.string('at'),
    sha256: receipt.string('sha256'),
    tests: receipt.string('tests')
  };
}

export function readPath(data: unknown): string {
  return new Fields(data, 'answer').string('path');
}

export function readBackup(data: unknown): string | null {
  return new Fields(data, 'answer').stringOrNull('backup');
}
