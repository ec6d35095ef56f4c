/** Everything that the browser asks the server about the course, one function a route, answers checked. */

import type { TranslationBundle } from '@jupyterlab/translation';

import { FieldError } from '../fields';
import { requestAPI, requestLines } from '../request';
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
  const ask = async <T>(
    endpoint: string,
    read: (data: unknown) => T,
    body?: object
  ): Promise<T> => {
    const data = await requestAPI<unknown>(endpoint, trans, body);
    return understood(() => read(data), trans);
  };
  return {
    course: () => ask('course', readCourse),
    makeFolder: () => ask('new', readCourse, {}),
    open: module => ask('open', readPath, { module }),
    openMilestone: milestone => ask('milestone', readPath, { milestone }),
    outline: module => ask('outline', readSteps, { module }),
    run: (kind, module, onMessage, signal) =>
      requestLines(
        kind,
        trans,
        { module },
        data => onMessage(understood(() => readMessage(data), trans)),
        signal
      ),
    use: (module, mine) => ask('use', () => undefined, { module, mine }),
    reset: module => ask('reset', readBackup, { module }),
    update: module =>
      ask('update', readUpdates, { modules: module ? [module] : [] }),
    updateFrom: (name, content) =>
      ask('update-from', readUpdates, { name, content }),
    submit: module => ask('submit', readReceipt, { module }),
    solution: (module, anyway) => ask('solution', readPairs, { module, anyway })
  };
}

/** An answer in another form comes from another version: say so instead of showing half of it. */
export function understood<T>(read: () => T, trans: TranslationBundle): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof FieldError) {
      throw new Error(
        trans.__(
          'The server answers in a form that this page does not know (%1). If tinytorch-lab was updated, restart JupyterLab and reload the page.',
          error.field
        )
      );
    }
    throw error;
  }
}
