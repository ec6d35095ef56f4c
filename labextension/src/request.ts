import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';

/** A request that failed; the message is a sentence for the reader. */
export class RequestError extends Error {
  constructor(
    message: string,
    /** HTTP status; null if there was no answer at all. */
    readonly status: number | null
  ) {
    super(message);
    this.name = 'RequestError';
  }
}

/**
 * Asks the server part of tinytorch-lab; the only place that talks to the server.
 *
 * @param endpoint - path below `tinytorch-lab/`, e.g. "course"
 * @param trans - for the messages of errors
 * @param body - sent as JSON by POST; without it the request is a GET
 * @throws RequestError if there is no answer, or one that is not JSON, or one that says error
 */
export async function requestAPI<T>(
  endpoint: string,
  trans: TranslationBundle,
  body?: unknown
): Promise<T> {
  const settings = ServerConnection.makeSettings();
  const url = URLExt.join(settings.baseUrl, 'tinytorch-lab', endpoint);
  const init: RequestInit =
    body === undefined
      ? { method: 'GET' }
      : { method: 'POST', body: JSON.stringify(body) };

  let response: Response;
  let text: string;
  try {
    response = await ServerConnection.makeRequest(url, init, settings);
    text = await response.text();
  } catch (error) {
    throw new RequestError(
      trans.__(
        'The Jupyter server does not answer (%1). Check that it is still running.',
        String(error)
      ),
      null
    );
  }
  const data = parseJSON(text);
  if (response.ok && data !== undefined) {
    return data as T;
  }
  throw new RequestError(errorMessage(response, data, trans), response.status);
}

/** The server's own sentence if it sent one; a 404 without one is not from our server part. */
function errorMessage(
  response: Response,
  data: unknown,
  trans: TranslationBundle
): string {
  const message = (data as { message?: unknown } | null | undefined)?.message;
  if (typeof message === 'string' && message !== '') {
    return message;
  }
  if (response.status === 404) {
    return trans.__(
      'The server part of tinytorch-lab is not running. Run: tinytorch-lab doctor'
    );
  }
  return trans.__(
    'The server gave an answer that tinytorch-lab cannot read (%1 %2). Run: tinytorch-lab doctor',
    response.status,
    response.statusText
  );
}

/** Undefined for text that is not JSON: JSON itself has no undefined. */
function parseJSON(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
