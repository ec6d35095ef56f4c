/** A class as its instructor sees it (GET tinytorch-lab/class; docs/class-api.md). */

export const CLASS_STATES = ['draft', 'ready', 'released', 'changed'] as const;

/** Has faults; could be released; is what students have; differs from what students have. */
export type ClassState = (typeof CLASS_STATES)[number];

/** One place in an author's file. */
export interface IFault {
  /** From 1; 0 is the file as a whole. */
  line: number;
  /** From 1; 0 is no cell. */
  cell: number;
  /** R1 to R9, or a rule of the standard for lessons. */
  rule: string;
  /** nbgrader's name of the cell; empty for an ordinary one. */
  gradeId: string;
  found: string;
  mend: string;
  severity: 'error' | 'warning';
}

/** What graded cells are worth: tests that run, and answers that a person reads. */
export interface IPoints {
  auto: number;
  manual: number;
}

export interface IClassModule {
  /** E.g. "01_tensor". */
  id: string;
  title: string;
  /** The author's file, relative to the class folder. */
  file: string;
  /** The same for JupyterLab's file browser; null where the browser cannot reach it. */
  path: string | null;
  state: ClassState;
  /** What students have, and since when (ISO 8601); null if nothing was released. */
  version: number | null;
  at: string | null;
  points: IPoints;
  faults: IFault[];
  /** Submissions to the released edition. */
  submissions: number;
  /** Graded cells that differ from the release. */
  changedGraded: string[];
  /** Those of them with which submissions cannot be kept: new, gone, or of other points. */
  reshaped: string[];
  /** Why it cannot be released; null if it can. */
  reason: string | null;
}

export interface IClass {
  /** Name of the class folder. */
  folder: string;
  modules: IClassModule[];
}

/** A release that stands. */
export interface IReleased {
  version: number;
  points: IPoints;
  warnings: IFault[];
  /** Students had exactly this already. */
  unchanged: boolean;
}

/** One cell: what students have now, and what they would get; null where it is not there. */
export interface IPreviewCell {
  kind: string;
  gradeId: string;
  now: string | null;
  then: string | null;
}

export interface IPreview {
  cells: IPreviewCell[];
  /** What takes the place of solutions. */
  stubs: number;
  removedLines: number;
  /** Why there is nothing to see; null if there is. */
  refused: string | null;
  faults: IFault[];
}

/** A file for an LMS. */
export interface IZip {
  file: string;
  path: string | null;
}

/** E.g. "01 Tensor". */
export function nameOf(module: IClassModule): string {
  return `${module.id.slice(0, 2)} ${module.title}`;
}

export function total(points: IPoints): number {
  return points.auto + points.manual;
}

export function errorsOf(faults: IFault[]): IFault[] {
  return faults.filter(fault => fault.severity === 'error');
}

export function warningsOf(faults: IFault[]): IFault[] {
  return faults.filter(fault => fault.severity === 'warning');
}

/**
 * What is to become of submissions that are in when graded cells have changed: kept, to be graded again with the mended
 * tests; or left behind with the tests that they were written for, while a new edition begins.
 */
export type Decision = 'none' | 'mend' | 'edition';

/** Whether somebody must decide about submissions before the module can be released. */
export function needsDecision(module: IClassModule): boolean {
  return module.submissions > 0 && module.changedGraded.length > 0;
}

/** The faults of `faults` that are none of `known`. */
export function newFaults(faults: IFault[], known: IFault[]): IFault[] {
  const seen = new Set(known.map(fault => JSON.stringify(fault)));
  return faults.filter(fault => !seen.has(JSON.stringify(fault)));
}

/** "tensor_dev.py" */
export function fileName(module: IClassModule): string {
  return module.file.slice(module.file.lastIndexOf('/') + 1);
}

/** Whether students have something. */
export function isOut(module: IClassModule): boolean {
  return module.version !== null;
}
