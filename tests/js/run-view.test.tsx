/** A run of the tests, or of completing, on the screen. */

import { act } from 'react';
import { beforeEach, expect, test } from 'vitest';

import { outcome, passed, tested, testMessages } from './course-samples';
import { click, find } from './dom';
import { actions, button, clear, sends, show } from './work-screen';

beforeEach(clear);

test('a running test counts and can be cancelled', async () => {
  let signalled = false;
  const { host, work } = await show(
    {},
    {
      run: (_kind, _module, onMessage, signal) => {
        testMessages(passed('a'), passed('b')).slice(0, 1).forEach(onMessage);
        return new Promise((_, reject) =>
          signal.addEventListener('abort', () => {
            signalled = true;
            reject(new Error('aborted'));
          })
        );
      }
    }
  );
  let run: Promise<void> = Promise.resolve();
  await act(async () => {
    run = work.start('test', '01_tensor', 'x');
  });
  expect(find(host, '.tt-Run').textContent).toContain('Test 1 of 2…');
  const bar = find(host, 'progress') as HTMLProgressElement;
  expect([bar.value, bar.max]).toEqual([1, 2]);
  const status = find(host, '.tt-Run [role=status]');
  expect(status.textContent).toBe('');
  expect(button(host, 'Test').disabled).toBe(true);
  await act(async () => {
    button(host, 'Cancel').click();
    await run;
  });
  expect(signalled).toBe(true);
  // The same element: only what comes into one that was there is announced.
  expect(find(host, '.tt-Run [role=status]')).toBe(status);
  expect(find(host, '.tt-Run').textContent).toBe(
    'Cancelled after 1 of 2 tests.'
  );
  expect(button(host, 'Test').disabled).toBe(false);
});

test('a failing test says what came back, links to its cell, and shows the traceback', async () => {
  const outcomes = [
    passed('01-a'),
    outcome(),
    outcome({ gradeId: '01-b', cellId: 'b', state: 'not run', traceback: '' })
  ];
  const { host, work } = await show(
    {},
    sends(...testMessages(...outcomes), {
      kind: 'done',
      tested: tested(...outcomes),
      completed: null
    })
  );
  await act(() => work.start('test', '01_tensor', 'x'));
  expect(find(host, '.tt-Run-result').textContent).toBe(
    '1 of 3 tests pass, 9 of 27 points.'
  );
  expect(find(host, '.tt-Run').dataset['state']).toBe('failed');
  const [failed, notRun] = [...host.querySelectorAll('.tt-Outcome')];
  expect(failed?.querySelector('p')?.textContent).toBe(
    'as_array([1]) gave None'
  );
  expect(failed?.querySelector('details pre')?.textContent).toContain('line 3');
  expect(notRun?.querySelector('details')).toBeNull();
  click(button(host, '01-as-array-test'));
  expect(actions.jump.mock.calls[0]?.[1]).toBe('01-as-array-test');
});

test('a test that misses a name leads to the cell that should have defined it', async () => {
  const outcomes = [
    outcome({
      message: 'The cell 01-as-array does not run: SyntaxError in line 3',
      causeId: '01-as-array'
    }),
    outcome({ gradeId: '01-b' })
  ];
  const { host, work } = await show({}, sends(...testMessages(...outcomes)));
  await act(() => work.start('test', '01_tensor', 'x'));
  const [broken, plain] = [...host.querySelectorAll('.tt-Outcome')];
  click(button(broken as HTMLElement, 'Go to that cell'));
  expect(actions.jump.mock.calls[0]?.[1]).toBe('01-as-array');
  expect(plain?.textContent).not.toContain('Go to that cell');
});

test('of many failing tests three are shown, the others on demand', async () => {
  const outcomes = [1, 2, 3, 4, 5].map(n => outcome({ gradeId: `t${n}` }));
  const { host, work } = await show(
    {},
    sends({ kind: 'done', tested: tested(...outcomes), completed: null })
  );
  await act(() => work.start('test', '01_tensor', 'x'));
  expect(host.querySelectorAll('.tt-Outcome')).toHaveLength(3);
  click(button(host, '2 tests more'));
  expect(host.querySelectorAll('.tt-Outcome')).toHaveLength(5);
});

test('completing says what it is at, and why it refuses', async () => {
  const seen: string[] = [];
  const { host, work } = await show(
    {},
    sends(
      { kind: 'step', text: 'Importing your tinytorch.core.tensor' },
      {
        kind: 'done',
        tested: tested(passed('a')),
        completed: {
          refused: 'its exported cells do not import on their own.',
          others: [],
          timesReference: null,
          remark: null
        }
      }
    )
  );
  work.stateChanged.connect(() => {
    seen.push(work.run('01_tensor')?.step ?? '');
  });
  await act(() => work.start('complete', '01_tensor', 'x'));
  expect(seen).toContain('Importing your tinytorch.core.tensor');
  expect(find(host, '.tt-Run').textContent).toBe(
    'Not complete: its exported cells do not import on their own.'
  );
  expect(find(host, '.tt-Run').dataset['state']).toBe('failed');
});

test('a complete module has its remark and asks for new kernels, with the reason', async () => {
  const { host, work } = await show(
    {},
    sends({
      kind: 'done',
      tested: tested(passed('a')),
      completed: {
        refused: null,
        others: ['02_activations'],
        timesReference: 40,
        remark: '40x slower than the reference'
      }
    })
  );
  await act(() => work.start('complete', '01_tensor', 'x'));
  const text = find(host, '.tt-Run').textContent;
  expect(text).toContain('Complete. Later modules run on your code now.');
  expect(text).toContain('02_activations');
  expect(text).toContain('40x slower than the reference');
  expect(find(host, '.tt-Run').dataset['state']).toBe('passed');
  expect(find(host, '.tt-Notice').textContent).toContain(
    'New kernels import your code of 01_tensor.'
  );
  click(button(host, 'Restart Kernels'));
  expect(actions.restartKernels).toHaveBeenCalled();
  click(button(host, 'Later'));
  expect(host.querySelector('.tt-Notice')).toBeNull();
});
