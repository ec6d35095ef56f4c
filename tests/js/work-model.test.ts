/** Runs and actions on a module, as the models keep them. */

import { expect, test, vi } from 'vitest';

import type { ICourseApi } from '../../labextension/src/course/api';
import type { Message } from '../../labextension/src/course/outcome';
import { WorkModel } from '../../labextension/src/work/model';
import { api, outcome, passed, tested, testMessages } from './course-samples';
import { trans } from './samples';

const PATH = 'modules/01_tensor/tensor.ipynb';

/** A model on a server with these answers, and the order in which notebooks and server were asked. */
function newWork(answers: Partial<ICourseApi>): {
  work: WorkModel;
  order: string[];
} {
  const order: string[] = [];
  const notebooks = {
    save: async (path: string) => void order.push(`save ${path}`),
    reload: async (path: string) => void order.push(`reload ${path}`)
  };
  const noted = Object.fromEntries(
    Object.entries(answers).map(([name, answer]) => [
      name,
      (...args: unknown[]) => {
        order.push(name);
        return (answer as (...all: unknown[]) => unknown)(...args);
      }
    ])
  );
  return { work: new WorkModel(api(noted), notebooks, trans), order };
}

/** A server whose runs send these messages. */
function sends(...messages: Message[]): Pick<ICourseApi, 'run'> {
  return {
    run: async (_kind, _module, onMessage) => messages.forEach(onMessage)
  };
}

test('a run saves the notebook first and counts its tests', async () => {
  const outcomes = [passed('a'), outcome()];
  const seen: string[] = [];
  const { work, order } = newWork(
    sends(...testMessages(...outcomes), {
      kind: 'done',
      tested: tested(...outcomes),
      completed: null
    })
  );
  work.stateChanged.connect(() => {
    const run = work.run('01_tensor');
    seen.push(`${run?.state} ${run?.number}/${run?.total}`);
  });
  await work.start('test', '01_tensor', PATH);
  expect(order).toEqual([`save ${PATH}`, 'run']);
  expect(seen).toEqual([
    'running 0/0',
    'running 1/2',
    'running 2/2',
    'done 2/2',
    'done 2/2'
  ]);
  expect(work.run('01_tensor')?.tested?.passed).toBe(1);
  expect(work.running).toBeNull();
  expect(work.restartReason).toBeNull();
});

test('while one run goes on, no other starts; cancelling ends it', async () => {
  let started = 0;
  const { work } = newWork({
    run: (_kind, _module, onMessage, signal) => {
      started += 1;
      testMessages(passed('a'), outcome()).slice(0, 1).forEach(onMessage);
      return new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(new Error('aborted')))
      );
    }
  });
  const run = work.start('test', '01_tensor', PATH);
  await vi.waitFor(() => expect(work.running?.number).toBe(1));
  await work.start('complete', '02_activations', PATH);
  expect(started).toBe(1);
  work.cancel();
  await run;
  expect(work.run('01_tensor')).toMatchObject({
    state: 'cancelled',
    number: 1,
    error: null
  });
  expect(work.running).toBeNull();
});

test.each([
  [sends({ kind: 'error', message: 'No kernel.' }), 'No kernel.'],
  [sends(), 'The answer ended before the result. Try again.'],
  [
    { run: () => Promise.reject(new Error('The server does not answer.')) },
    'The server does not answer.'
  ]
])('a run that fails keeps the sentence %#', async (answers, sentence) => {
  const { work } = newWork(answers);
  await work.start('test', '01_tensor', PATH);
  expect(work.run('01_tensor')).toMatchObject({
    state: 'failed',
    error: sentence
  });
});

test('a notebook that cannot be saved is not tested', async () => {
  const run = vi.fn();
  const work = new WorkModel(
    api({ run }),
    {
      save: () => Promise.reject(new Error('Disk full.')),
      reload: async () => undefined
    },
    trans
  );
  await work.start('test', '01_tensor', PATH);
  expect(run).not.toHaveBeenCalled();
  expect(work.run('01_tensor')?.error).toBe('Disk full.');
});

function completes(refused: string | null): Pick<ICourseApi, 'run'> {
  return sends(
    { kind: 'step', text: 'Testing 01_tensor' },
    {
      kind: 'done',
      tested: tested(passed('a')),
      completed: { refused, others: [], timesReference: 2, remark: 'fast' }
    }
  );
}

test('completing asks for new kernels, a refusal does not', async () => {
  const { work } = newWork(completes(null));
  await work.start('complete', '01_tensor', PATH);
  expect(work.restartReason).toContain('01_tensor');
  const refused = newWork(completes('9 of 10 tests pass.')).work;
  await refused.start('complete', '01_tensor', PATH);
  expect(refused.restartReason).toBeNull();
});

test('switching mine and reference asks for new kernels, and for the course', async () => {
  const use = vi.fn(async () => undefined);
  const { work } = newWork({ use });
  const changed = vi.fn();
  work.courseChanged.connect(changed);
  await work.use('01_tensor', false);
  expect(use).toHaveBeenCalledWith('01_tensor', false);
  expect(work.restartReason).toContain("the reference's 01_tensor");
  expect(changed).toHaveBeenCalledTimes(1);
  work.dismissRestart();
  expect(work.restartReason).toBeNull();
});

test('reset saves what is open, so that the copy holds it, and shows the new notebook', async () => {
  const { work, order } = newWork({ reset: async () => 'backups/a.ipynb' });
  await work.reset('01_tensor', PATH);
  expect(order).toEqual([`save ${PATH}`, 'reset', `reload ${PATH}`]);
  expect(work.said('01_tensor')).toEqual({
    kind: 'reset',
    backup: 'backups/a.ipynb'
  });
});

test('an update does the same for each notebook; of all modules it is said everywhere', async () => {
  const updates = [{ id: '01', sentence: 'nothing new', backup: null }];
  const { work, order } = newWork({ update: async () => updates });
  await work.update([PATH, 'b.ipynb']);
  expect(order).toEqual([
    `save ${PATH}`,
    'save b.ipynb',
    'update',
    `reload ${PATH}`,
    'reload b.ipynb'
  ]);
  expect(work.said('17_x')).toEqual({ kind: 'updated', updates });
  work.dismiss('17_x');
  expect(work.said('01_tensor')).toBeNull();
});

test('an update from a file does the same; what cannot be read is said, and nothing is sent', async () => {
  const updates = [{ id: '01', sentence: 'cells: 1 new (x)', backup: 'b' }];
  const updateFrom = vi.fn(async () => updates);
  const { work, order } = newWork({ updateFrom });
  const file = { name: 'release.zip', content: 'UEsD' };
  await work.updateFrom([PATH], async () => file);
  expect(order).toEqual([`save ${PATH}`, 'updateFrom', `reload ${PATH}`]);
  expect(updateFrom).toHaveBeenCalledWith('release.zip', 'UEsD');
  expect(work.said('01_tensor')).toEqual({ kind: 'updated', updates });
  await work.updateFrom([PATH], () => Promise.reject(new Error('Too large.')));
  expect(work.said('01_tensor')).toEqual({
    kind: 'refused',
    text: 'Too large.'
  });
  expect(updateFrom).toHaveBeenCalledTimes(1);
});

test('a refusal is said about its module until the next action', async () => {
  let refuses = true;
  const receipt = { file: 'a.zip', at: '', sha256: '', tests: '' };
  const { work } = newWork({
    submit: async () => {
      if (refuses) {
        throw new Error('tensor.ipynb is not a readable notebook.');
      }
      return receipt;
    }
  });
  await work.submit('01_tensor', PATH);
  expect(work.said('01_tensor')).toEqual({
    kind: 'refused',
    text: 'tensor.ipynb is not a readable notebook.'
  });
  expect(work.said('02_activations')).toBeNull();
  refuses = false;
  await work.submit('01_tensor', PATH);
  expect(work.said('01_tensor')).toEqual({ kind: 'receipt', receipt });
});
