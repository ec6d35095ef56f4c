/** Everything that the browser asks the server about the course, one function a route, answers checked. */

import type { TranslationBundle } from '@jupyterlab/translation';

import { Asker } from '../asker';
import {
  readBackup,
  readPairs,
  readPath,
  readReceipt,
  readSteps,
  readUpdates,
  type IPair,
  type IReceipt,
  type IStep,
  type IUpdate
} from './answers';
import type { ICourse } from './course';
import { readMessage, type Message } from './outcome';
import { readCourse } from './read-course';

/** Each function rejects with a sentence for the reader. */
export interface ICourseApi {
  course(): Promise<ICourse>;
  /** Makes the student folder. */
  makeFolder(): Promise<ICourse>;
  /** The path of the notebook, made if it is not there. */
  open(module: string): Promise<string>;
  openMilestone(milestone: string): Promise<string>;
  outline(module: string): Promise<IStep[]>;
  /** Runs the tests, or completes the module; aborting the signal ends the run after the test that is running. */
  run(
    kind: RunKind,
    module: string,
    onMessage: (message: Message) => void,
    signal: AbortSignal
  ): Promise<void>;
  use(module: string, mine: boolean): Promise<void>;
  /** Answers the path of the copy of the old notebook. */
  reset(module: string): Promise<string | null>;
  /** Without a module: all of them. */
  update(module?: string): Promise<IUpdate[]>;
  /** Brings the modules of a release into the folder: a zip, its content as base64. */
  updateFrom(name: string, content: string): Promise<IUpdate[]>;
  submit(module: string): Promise<IReceipt>;
  /** `anyway`: also before the student's own tests pass. */
  solution(module: string, anyway: boolean): Promise<IPair[]>;
}

export type RunKind = 'test' | 'complete';

export function courseApi(trans: TranslationBundle): ICourseApi {
  const server = new Asker(trans);
  return {
    course: () => server.ask('course', readCourse),
    makeFolder: () => server.ask('new', readCourse, {}),
    open: module => server.ask('open', readPath, { module }),
    openMilestone: milestone =>
      server.ask('milestone', readPath, { milestone }),
    outline: module => server.ask('outline', readSteps, { module }),
    run: (kind, module, onMessage, signal) =>
      server.stream(kind, { module }, readMessage, onMessage, signal),
    use: (module, mine) => server.ask('use', () => undefined, { module, mine }),
    reset: module => server.ask('reset', readBackup, { module }),
    update: module =>
      server.ask('update', readUpdates, { modules: module ? [module] : [] }),
    updateFrom: (name, content) =>
      server.ask('update-from', readUpdates, { name, content }),
    submit: module => server.ask('submit', readReceipt, { module }),
    solution: (module, anyway) =>
      server.ask('solution', readPairs, { module, anyway })
  };
}
