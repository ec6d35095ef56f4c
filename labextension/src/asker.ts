import type { TranslationBundle } from '@jupyterlab/translation';

import { FieldError } from './fields';
import { requestAPI, requestLines } from './request';

/** Asks the server, and reads each answer with the reader of its form. Rejects with a sentence for the reader. */
export class Asker {
  constructor(private _trans: TranslationBundle) {}

  /** Without a body it only looks (GET). */
  async ask<T>(
    endpoint: string,
    read: (data: unknown) => T,
    body?: object
  ): Promise<T> {
    const data = await requestAPI<unknown>(endpoint, this._trans, body);
    return this._understood(() => read(data));
  }

  /** Gives each message to `onMessage` as it comes; aborting the signal ends the work on the server. */
  stream<T>(
    endpoint: string,
    body: object,
    read: (data: unknown) => T,
    onMessage: (message: T) => void,
    signal: AbortSignal
  ): Promise<void> {
    const onLine = (data: unknown) =>
      onMessage(this._understood(() => read(data)));
    return requestLines(endpoint, this._trans, body, onLine, signal);
  }

  /** An answer in another form comes from another version: say so instead of showing half of it. */
  private _understood<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (error instanceof FieldError) {
        throw new Error(
          this._trans.__(
            'The server answers in a form that this page does not know (%1). If tinytorch-lab was updated, restart JupyterLab and reload the page.',
            error.field
          )
        );
      }
      throw error;
    }
  }
}
