/** Answers of the server are read field by field. */

import { ServerConnection } from '@jupyterlab/services';
import { afterEach, expect, test, vi } from 'vitest';

import { courseApi } from '../../labextension/src/course/api';
import {
  readPairs,
  readReceipt,
  readSteps,
  readUpdates
} from '../../labextension/src/course/answers';
import { readMessage } from '../../labextension/src/course/outcome';
import { readCourse } from '../../labextension/src/course/read-course';
import { course, milestone, module } from './course-samples';
import { trans } from './samples';

afterEach(() => {
  vi.restoreAllMocks();
});

/** As it comes from the server. */
const WIRE_OUTCOME = {
  grade_id: '01-a-test',
  cell_id: 'abc',
  points: 9,
  state: 'failed',
  message: 'gave None',
  traceback: 'Traceback',
  cause_id: '01-a'
};

const WIRE_TESTED = {
  module: '01_tensor',
  passed: 0,
  total: 1,
  points: 0,
  maxPoints: 9,
  stopped: null,
  outcomes: [WIRE_OUTCOME]
};

const OUTCOME = {
  gradeId: '01-a-test',
  cellId: 'abc',
  points: 9,
  state: 'failed',
  message: 'gave None',
  traceback: 'Traceback',
  causeId: '01-a'
};

test('a course is read whole', () => {
  const tests = {
    passed: 3,
    total: 10,
    points: 20,
    maxPoints: 76,
    at: '2026-11-30T10:00:00+00:00',
    stale: true
  };
  const sent = course({
    modules: [
      module({
        tests,
        timesReference: 1.5,
        feedback: 'f.html',
        grade: { points: 61.5, maxPoints: 76 }
      })
    ],
    milestones: [milestone({})]
  });
  expect(readCourse(JSON.parse(JSON.stringify(sent)))).toEqual(sent);
  expect(readCourse({ ...sent, folder: null }).folder).toBeNull();
});

test.each([
  [{ modules: [{ ...module({}), state: 'asleep' }] }, 'modules[0].state'],
  [{ modules: [{ ...module({}), solved: '2' }] }, 'modules[0].solved'],
  [{ milestones: null }, 'milestones'],
  [{ parts: [1] }, 'parts']
])('a wrong field is named: %j', (changes, field) => {
  expect(() => readCourse({ ...course(), ...changes })).toThrow(field);
});

test('each message of a stream is read by its kind', () => {
  expect(readMessage({ kind: 'step', text: 'Testing' })).toEqual({
    kind: 'step',
    text: 'Testing'
  });
  expect(
    readMessage({ kind: 'test', outcome: WIRE_OUTCOME, number: 1, total: 10 })
  ).toEqual({ kind: 'test', outcome: OUTCOME, number: 1, total: 10 });
  const done = readMessage({ kind: 'done', tested: WIRE_TESTED });
  expect(done).toMatchObject({ completed: null, tested: { total: 1 } });
  expect(
    readMessage({
      kind: 'done',
      tested: WIRE_TESTED,
      refused: null,
      others: ['02_activations'],
      timesReference: 40,
      remark: '40x slower'
    })
  ).toMatchObject({
    completed: { refused: null, others: ['02_activations'], timesReference: 40 }
  });
  expect(() => readMessage({ kind: 'news' })).toThrow('message.kind');
});

test('steps, pairs, updates and receipts are read', () => {
  const step = {
    kind: 'build',
    title: 'as_array',
    section: '1.1',
    cell_id: 'x',
    done: false,
    message: '',
    points: 9,
    hints: ['one']
  };
  expect(readSteps({ steps: [step] })[0]).toMatchObject({
    cellId: 'x',
    hints: ['one']
  });
  expect(() => readSteps({ steps: [{ ...step, kind: 'dream' }] })).toThrow();
  const pair = { name: 'f', mine: 'a', reference: 'b' };
  expect(readPairs({ pairs: [pair] })).toEqual([pair]);
  const update = { id: '01', sentence: 'nothing new', backup: null };
  expect(readUpdates({ modules: [update] })).toEqual([update]);
  const receipt = { file: 'a.zip', at: 'now', sha256: 'abc', tests: 'none' };
  expect(readReceipt({ ...receipt, module: 'x' })).toEqual(receipt);
});

function serverSays(body: string): ReturnType<typeof vi.spyOn> {
  return vi
    .spyOn(ServerConnection, 'makeRequest')
    .mockImplementation(async () => new Response(body));
}

test('an answer in an unknown form says which field, and what to do', async () => {
  serverSays(JSON.stringify({ ...course(), parts: 'all' }));
  await expect(courseApi(trans).course()).rejects.toThrow(
    /does not know \(course\.parts\).*restart JupyterLab/
  );
});

test('each function asks its route with its body', async () => {
  const request = serverSays('{}');
  const api = courseApi(trans);
  await Promise.allSettled([
    api.makeFolder(),
    api.open('01_tensor'),
    api.openMilestone('1_1957_perceptron'),
    api.outline('01_tensor'),
    api.use('01_tensor', false),
    api.reset('01_tensor'),
    api.update(),
    api.update('01_tensor'),
    api.updateFrom('release.zip', 'UEsD'),
    api.submit('01_tensor'),
    api.solution('01_tensor', true)
  ]);
  const asked = request.mock.calls.map(
    ([url, init]: [string, RequestInit]) =>
      `${url.split('tinytorch-lab/')[1]} ${String(init.body)}`
  );
  const module = '"module":"01_tensor"';
  expect(asked).toEqual([
    'new {}',
    `open {${module}}`,
    'milestone {"milestone":"1_1957_perceptron"}',
    `outline {${module}}`,
    `use {${module},"mine":false}`,
    `reset {${module}}`,
    'update {"modules":[]}',
    'update {"modules":["01_tensor"]}',
    'update-from {"name":"release.zip","content":"UEsD"}',
    `submit {${module}}`,
    `solution {${module},"anyway":true}`
  ]);
});
