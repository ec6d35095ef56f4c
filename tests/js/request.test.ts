import { ServerConnection } from '@jupyterlab/services';
import { afterEach, expect, test, vi } from 'vitest';

import {
  requestAPI,
  RequestError,
  requestLines
} from '../../labextension/src/request';
import { trans } from './samples';

afterEach(() => {
  vi.restoreAllMocks();
});

function serverSays(body: string, status = 200): ReturnType<typeof vi.spyOn> {
  return vi
    .spyOn(ServerConnection, 'makeRequest')
    .mockResolvedValue(new Response(body, { status, statusText: 'Status' }));
}

async function failure(): Promise<RequestError> {
  return await requestAPI('course', trans).then(
    () => Promise.reject(new Error('The request did not fail.')),
    (error: unknown) => error as RequestError
  );
}

test('a good answer is the parsed JSON; GET without, POST with a body', async () => {
  const request = serverSays('{"path": "a.ipynb"}');
  expect(await requestAPI('course', trans)).toEqual({ path: 'a.ipynb' });
  expect(request.mock.calls[0]?.[1]).toEqual({ method: 'GET' });
  serverSays('{}');
  await requestAPI('open', trans, { module: '01_tensor' });
  expect(request.mock.calls[1]?.[1]).toEqual({
    method: 'POST',
    body: '{"module":"01_tensor"}'
  });
  expect(request.mock.calls[1]?.[0]).toMatch(/\/tinytorch-lab\/open$/);
});

test("the server's own sentence is kept, with its status", async () => {
  serverSays('{"message": "There is no module 21."}', 404);
  const error = await failure();
  expect(error).toBeInstanceOf(RequestError);
  expect(error.message).toBe('There is no module 21.');
  expect(error.status).toBe(404);
});

test('a 404 that is not from us says that the server part is missing', async () => {
  serverSays('<html>404</html>', 404);
  expect((await failure()).message).toBe(
    'The server part of tinytorch-lab is not running. Run: tinytorch-lab doctor'
  );
});

test('an answer that is not JSON is an error, whatever its status', async () => {
  serverSays('<html>Log in</html>', 200);
  expect((await failure()).message).toContain('cannot read (200');
  serverSays('oops', 500);
  expect((await failure()).message).toContain('cannot read (500');
});

test('no answer at all says so', async () => {
  vi.spyOn(ServerConnection, 'makeRequest').mockRejectedValue(
    new TypeError('Failed to fetch')
  );
  const error = await failure();
  expect(error.message).toContain('does not answer');
  expect(error.status).toBeNull();
});

/** A server that sends these bytes, piece by piece; `end` says how. */
function serverStreams(pieces: string[], end: 'close' | 'break'): void {
  const bytes = pieces.map(piece =>
    Uint8Array.from(piece, letter => letter.charCodeAt(0))
  );
  const body = new ReadableStream<Uint8Array>({
    pull: controller => {
      const next = bytes.shift();
      if (next !== undefined) {
        controller.enqueue(next);
      } else if (end === 'close') {
        controller.close();
      } else {
        controller.error(new TypeError('network error'));
      }
    }
  });
  vi.spyOn(ServerConnection, 'makeRequest').mockResolvedValue(
    new Response(body)
  );
}

async function lines(
  signal = new AbortController().signal
): Promise<unknown[]> {
  const got: unknown[] = [];
  await requestLines('test', trans, {}, line => got.push(line), signal);
  return got;
}

test('lines come out whole, wherever the pieces end', async () => {
  // "\xc3\xa9" is one letter in UTF-8, here cut in two.
  serverStreams(
    ['{"a": ', '1}\n{"b": "\xc3', '\xa9"}\n\n{"c"', ': 3}'],
    'close'
  );
  expect(await lines()).toEqual([{ a: 1 }, { b: 'é' }, { c: 3 }]);
});

test('each line is given at once, before the next one is there', async () => {
  let send: (text: string) => void = () => undefined;
  const body = new ReadableStream<Uint8Array>({
    start: controller => {
      send = text => controller.enqueue(new TextEncoder().encode(text));
    }
  });
  vi.spyOn(ServerConnection, 'makeRequest').mockResolvedValue(
    new Response(body)
  );
  const onLine = vi.fn();
  void requestLines('test', trans, {}, onLine, new AbortController().signal);
  send('{"number": 1}\n');
  await vi.waitFor(() => expect(onLine).toHaveBeenCalledWith({ number: 1 }));
});

test('a stream that breaks says that the server does not answer', async () => {
  serverStreams(['{"a": 1}\n'], 'break');
  await expect(lines()).rejects.toThrow('does not answer');
});

test('a line that is not JSON is an error', async () => {
  serverStreams(['<html>\n'], 'close');
  await expect(lines()).rejects.toThrow('cannot read (200');
});

test("a refused stream keeps the server's sentence", async () => {
  serverSays('{"message": "The body must be ..."}', 400);
  await expect(lines()).rejects.toThrow('The body must be ...');
});

test('the signal goes with the request, so that the server hears of an end', async () => {
  const request = serverSays('');
  const { signal } = new AbortController();
  await lines(signal);
  expect(request.mock.calls[0]?.[1]).toEqual({
    method: 'POST',
    body: '{}',
    signal
  });
});
