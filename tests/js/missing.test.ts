/** What is said when the kernel of a measured cell lacks the package. */

import { CodeCellModel, type ICellModel } from '@jupyterlab/cells';
import { expect, test } from 'vitest';

import { setMeasured } from '../../labextension/src/stopwatch/metadata';
import { MissingTeller } from '../../labextension/src/stopwatch/missing';
import { trans } from './samples';

/** What IPython answers to user expressions: the value as Python shows it. */
const shown = (text: string) => ({
  status: 'ok',
  data: { 'text/plain': text }
});

const part = (loaded: string, installed: string) => ({
  loaded: shown(loaded),
  installed: shown(installed)
});

/** A kernel that answers with each of `replies` in turn, and counts how often it was asked. */
function kernel(replies: object[], language = 'python') {
  const asked: object[] = [];
  const connection = {
    id: 'k',
    info: Promise.resolve({ language_info: { name: language } }),
    requestExecute: (request: object) => {
      const content = replies[asked.length];
      asked.push(request);
      return {
        done:
          content === undefined
            ? Promise.reject(new Error('Canceled future'))
            : Promise.resolve({ content })
      };
    }
  };
  return { connection: connection as never, asked };
}

const ok = (answers: object) => ({ status: 'ok', user_expressions: answers });

function measuredCell(): ICellModel {
  const cell = new CodeCellModel({});
  setMeasured(cell, true);
  return cell;
}

function cellOf(source: string): ICellModel {
  const cell = new CodeCellModel({});
  cell.sharedModel.setSource(source);
  return cell;
}

/** A teller and what it has said. */
function teller() {
  const said: string[] = [];
  return { said, it: new MissingTeller(text => said.push(text), trans) };
}

const LACKING = ok(part('False', 'False'));
const UNLOADED = ok(part('False', 'True'));

test('a kernel without the package: how to install it, once, in as many letters as a notification shows', async () => {
  const { connection, asked } = kernel([LACKING, LACKING]);
  const { said, it } = teller();
  await it.afterRun(measuredCell(), connection);
  await it.afterRun(measuredCell(), connection);
  expect(said).toHaveLength(1);
  expect(said[0]).toContain('%pip install tinytorch-lab');
  expect(said[0]?.length).toBeLessThanOrEqual(140);
  expect(asked[0]).toMatchObject({ code: '', silent: true });
});

test('a kernel that has the package since and did not load it is told how', async () => {
  const { connection } = kernel([LACKING, UNLOADED, UNLOADED]);
  const { said, it } = teller();
  for (let run = 0; run < 3; run += 1) {
    await it.afterRun(measuredCell(), connection);
  }
  expect(said).toHaveLength(2);
  expect(said[1]).toContain('%load_ext tinytorch_lab');
  expect(said[1]?.length).toBeLessThanOrEqual(140);
});

test('a kernel that measures is asked once, and nothing is said', async () => {
  const { connection, asked } = kernel([ok(part('True', 'True'))]);
  const { said, it } = teller();
  await it.afterRun(measuredCell(), connection);
  await it.afterRun(measuredCell(), connection);
  expect(said).toEqual([]);
  expect(asked).toHaveLength(1);
});

test.each([
  ['%%measure\nx = 1', 1],
  ['\n%measure sum(x)', 1],
  ['%%complexity n\nf(n)', 1],
  ['x = 1', 0],
  ['# %%measure', 0],
  ['%%measured', 0]
])('after %j the kernel is asked %i times', async (source, times) => {
  const { connection, asked } = kernel([LACKING]);
  const { said, it } = teller();
  await it.afterRun(cellOf(source), connection);
  expect([asked.length, said.length]).toEqual([times, times]);
});

test('a cell that was measured on demand, though it asks for nothing itself, is one to be told about', async () => {
  const { connection, asked } = kernel([LACKING, LACKING]);
  const { said, it } = teller();
  await it.afterMeasuredRun(connection);
  await it.afterMeasuredRun(connection);
  await it.afterMeasuredRun(null);
  expect([said.length, asked.length]).toEqual([1, 2]);
});

test('a kernel that aborts what waits behind an error is asked again after the next run', async () => {
  const { connection } = kernel([{ status: 'aborted' }, LACKING]);
  const { said, it } = teller();
  await it.afterRun(measuredCell(), connection);
  expect(said).toEqual([]);
  await it.afterRun(measuredCell(), connection);
  expect(said).toHaveLength(1);
});

test('of kernels of other languages, dying ones, and answers without values nothing is said', async () => {
  const failed = { status: 'error', ename: 'NameError' };
  const answers = ok({ loaded: failed, installed: failed });
  const dead = {
    id: 'k',
    info: Promise.resolve({ language_info: { name: 'python' } }),
    requestExecute: () => {
      throw new Error('Kernel is dead');
    }
  } as never;
  const others = [kernel([], 'R'), kernel([]), kernel([answers])];
  for (const each of [dead, ...others.map(other => other.connection)]) {
    const { said, it } = teller();
    await it.afterRun(measuredCell(), each);
    expect(said).toEqual([]);
  }
  await teller().it.afterRun(measuredCell(), null);
});
