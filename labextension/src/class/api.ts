/** Everything that the browser asks the server about a class; the server refuses all of it unless it is an instructor's. */

import { PageConfig } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';

import { understood } from '../course/api';
import { requestAPI, requestLines } from '../request';
import type { Decision, IClass, IPreview, IZip } from './data';
import {
  readClass,
  readPreview,
  readReleaseMessage,
  readZip,
  type ReleaseMessage
} from './read';

/** Each function rejects with a sentence for the reader. */
export interface IClassApi {
  load(): Promise<IClass>;
  preview(module: string): Promise<IPreview>;
  /** Aborting the signal ends the release; students keep what they have. */
  release(
    module: string,
    decision: Decision,
    onMessage: (message: ReleaseMessage) => void,
    signal: AbortSignal
  ): Promise<void>;
  /** One file with these modules' releases; with all of them if none is named. */
  zip(modules: string[]): Promise<IZip>;
}

/** Whether the server was started for an instructor. Only the server can make it so: it refuses others whatever they ask. */
export function isInstructor(): boolean {
  return PageConfig.getOption('tinytorchLabInstructor') === 'true';
}

export function classApi(trans: TranslationBundle): IClassApi {
  const ask = async <T>(
    endpoint: string,
    read: (data: unknown) => T,
    body?: object
  ): Promise<T> => {
    const data = await requestAPI<unknown>(endpoint, trans, body);
    return understood(() => read(data), trans);
  };
  return {
    load: () => ask('class', readClass),
    preview: module => ask('class/preview', readPreview, { module }),
    release: (module, decision, onMessage, signal) =>
      requestLines(
        'class/release',
        trans,
        {
          module,
          mend: decision === 'mend',
          edition: decision === 'edition'
        },
        data => onMessage(understood(() => readReleaseMessage(data), trans)),
        signal
      ),
    zip: modules => ask('class/zip', readZip, { modules })
  };
}
