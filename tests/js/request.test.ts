import { ServerConnection } from '@jupyterlab/services';
import { afterEach, expect, test, vi } from 'vitest';

import { requestAPI, RequestError } from '../../labextension/src/request';
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
