/** The course as the server tells it (GET tinytorch-lab/course). */

export type ModuleState =
  'unavailable' | 'locked' | 'ready' | 'in progress' | 'complete';

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
  points: number | null;
  state: ModuleState;
  /** Exercises solved, and how many there are. */
  solved: number;
  exercises: number;
  /** Notebook in the student folder; null until it has been opened. */
  path: string | null;
  /** Whose code later modules run on. */
  source: 'mine' | 'reference';
}

export interface ICourse {
  folder: { kind: string; version: number } | null;
  /** A sentence about a broken folder; null if it is well. */
  problem: string | null;
  parts: string[];
  modules: IModule[];
}

/** The module to go on with: the first one begun, else the first one ready; null if there is none. */
export function nextModule(course: ICourse): IModule | null {
  const first = (state: ModuleState) =>
    course.modules.find(module => module.state === state);
  return first('in progress') ?? first('ready') ?? null;
}

/** How many modules are complete, of those that this version has. */
export function courseProgress(course: ICourse): {
  complete: number;
  total: number;
} {
  return {
    complete: course.modules.filter(m => m.state === 'complete').length,
    total: course.modules.length
  };
}
