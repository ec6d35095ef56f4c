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
 * Asks the server part of tinytorch-lab; only this file talks to the server.
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
  const init: RequestInit =
    body === undefined
      ? { method: 'GET' }
      : { method: 'POST', body: JSON.stringify(body) };
  let response: Response;
  let text: string;
  try {
    response = await send(endpoint, init);
    text = await response.text();
  } catch (error) {
    throw noAnswer(error, trans);
  }
  const data = parseJSON(text);
  if (response.ok && data !== undefined) {
    return data as T;
  }
  throw new RequestError(errorMessage(response, data, trans), response.status);
}

/**
 * Asks for an answer that comes line by line, one JSON object a line (application/x-ndjson), and gives each to
 * `onLine` as soon as it is there.
 *
 * @param signal - closes the connection, which ends the work on the server; the promise then rejects
 * @throws RequestError as `requestAPI` does; also if the connection breaks, or a line is not JSON
 */
export async function requestLines(
  endpoint: string,
  trans: TranslationBundle,
  body: unknown,
  onLine: (data: unknown) => void,
  signal: AbortSignal
): Promise<void> {
  const init = { method: 'POST', body: JSON.stringify(body), signal };
  let response: Response;
  try {
    response = await send(endpoint, init);
  } catch (error) {
    throw noAnswer(error, trans);
  }
  if (!response.ok || response.body === null) {
    const data = parseJSON(await response.text());
    throw new RequestError(
      errorMessage(response, data, trans),
      response.status
    );
  }
  for await (const line of linesOf(response.body, trans)) {
    const data = parseJSON(line);
    if (data === undefined) {
      throw new RequestError(unreadable(response, trans), response.status);
    }
    onLine(data);
  }
}

function send(endpoint: string, init: RequestInit): Promise<Response> {
  const settings = ServerConnection.makeSettings();
  const url = URLExt.join(settings.baseUrl, 'tinytorch-lab', endpoint);
  return ServerConnection.makeRequest(url, init, settings);
}

/** The lines of a body, each as soon as it has ended; chunks may end anywhere, within a character too. */
async function* linesOf(
  body: ReadableStream<Uint8Array>,
  trans: TranslationBundle
): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    let chunk: ReadableStreamReadResult<Uint8Array>;
    try {
      chunk = await reader.read();
    } catch (error) {
      throw noAnswer(error, trans);
    }
    rest += decoder.decode(chunk.value, { stream: !chunk.done });
    const lines = rest.split('\n');
    rest = chunk.done ? '' : (lines.pop() ?? '');
    for (const line of lines.filter(each => each.trim() !== '')) {
      yield line;
    }
    if (chunk.done) {
      return;
    }
  }
}

function noAnswer(error: unknown, trans: TranslationBundle): RequestError {
  return new RequestError(
    trans.__(
      'The Jupyter server does not answer (%1). Check that it is still running.',
      String(error)
    ),
    null
  );
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
  return unreadable(response, trans);
}

function unreadable(response: Response, trans: TranslationBundle): string {
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
