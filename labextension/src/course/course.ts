/** The course as the server tells it (GET tinytorch-lab/course; docs/course-api.md). */

export const MODULE_STATES = [
  'unavailable',
  'locked',
  'ready',
  'in progress',
  'tests pass',
  'complete',
  'changed'
] as const;

export type ModuleState = (typeof MODULE_STATES)[number];

/** Whose code later modules run on. */
export type Source = 'mine' | 'reference';

/** How the last tests of a module ended. */
export interface ITests {
  passed: number;
  total: number;
  points: number;
  maxPoints: number;
  /** When, as ISO 8601. */
  at: string;
  /** The code has changed since. */
  stale: boolean;
}

/** What the instructor gave. */
export interface IGrade {
  points: number;
  maxPoints: number;
}

export interface IModule {
  /** E.g. "01_tensor". */
  id: string;
  /** E.g. "01". */
  number: string;
  title: string;
  /** One of `ICourse.parts`. */
  part: string;
  /** Names of what the student builds. */
  builds: string[];
  /** What its measurements answer. */
  question: string;
  /** Ids of the modules that it builds on, and those of them that are not complete. */
  needs: string[];
  missing: string[];
  /** All points that there are, those of written answers too. */
  points: number | null;
  state: ModuleState;
  /** Exercises solved, and how many there are. */
  solved: number;
  exercises: number;
  /** Notebook in the student folder; null if this version has no lesson. */
  path: string | null;
  source: Source;
  /** There is a file of the student's, used or not. */
  completed: boolean;
  tests: ITests | null;
  /** A newer version of the lesson is there. */
  update: boolean;
  /** How many times as long as the reference the student's code took. */
  timesReference: number | null;
  measuredSeconds: number;
  /** Page with the instructor's feedback. */
  feedback: string | null;
  /** The grade that stands in it; null if none does. */
  grade: IGrade | null;
  /** Why the notebook cannot be read. */
  problem: string | null;
}

export interface IMilestone {
  /** E.g. "1_1957_perceptron". */
  id: string;
  number: string;
  title: string;
  notebook: string;
  /** Ids of the modules that it needs and that are not complete. */
  missing: string[];
}

export interface ICourse {
  folder: { kind: string; version: number } | null;
  /** A sentence about a broken folder or progress file; null if all is well. */
  problem: string | null;
  parts: string[];
  modules: IModule[];
  milestones: IMilestone[];
}

/** States of a module that later ones can build on. */
export function isDone(module: IModule): boolean {
  return module.state === 'complete' || module.state === 'changed';
}

export function findModule(
  course: ICourse | null,
  id: string | null
): IModule | null {
  return course?.modules.find(module => module.id === id) ?? null;
}

/**
 * The module to go on with: the one worked on last unless it is complete, else the first one begun, else the first
 * one ready; null if there is none.
 */
export function nextModule(
  course: ICourse,
  last: string | null = null
): IModule | null {
  const left = findModule(course, last);
  if (left !== null && !['complete', 'unavailable'].includes(left.state)) {
    return left;
  }
  const first = (...states: ModuleState[]) =>
    course.modules.find(module => states.includes(module.state));
  return first('in progress', 'tests pass') ?? first('ready') ?? null;
}

export interface ICourseProgress {
  /** Modules that are complete, changed since or not, of those that the course has. */
  complete: number;
  total: number;
  /** Points of the tests as they last ended, and all points of the lessons that this version has. */
  points: number;
  maxPoints: number;
  measuredSeconds: number;
}

export function courseProgress(course: ICourse): ICourseProgress {
  const sum = (figure: (module: IModule) => number) =>
    course.modules.reduce((all, module) => all + figure(module), 0);
  return {
    complete: course.modules.filter(isDone).length,
    total: course.modules.length,
    points: sum(module => module.tests?.points ?? 0),
    maxPoints: sum(module =>
      module.state === 'unavailable' ? 0 : (module.points ?? 0)
    ),
    measuredSeconds: sum(module => module.measuredSeconds)
  };
}
