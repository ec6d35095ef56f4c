/** Everything that the browser asks the server about a class; the server refuses all of it unless it is an instructor's. */

import { PageConfig } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';

import { Asker } from '../asker';
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
  const server = new Asker(trans);
  return {
    load: () => server.ask('class', readClass),
    preview: module => server.ask('class/preview', readPreview, { module }),
    release: (module, decision, onMessage, signal) =>
      server.stream(
        'class/release',
        {
          module,
          mend: decision === 'mend',
          edition: decision === 'edition'
        },
        readReleaseMessage,
        onMessage,
        signal
      ),
    zip: modules => server.ask('class/zip', readZip, { modules })
  };
}
