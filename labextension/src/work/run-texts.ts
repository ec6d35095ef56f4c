/** What is said about a run. Pure. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { ITested } from '../course/outcome';
import type { IRun } from './run';

/** While it goes on, e.g. "Test 3 of 10". */
export function runningText(run: IRun, trans: TranslationBundle): string {
  const tests =
    run.total > 0
      ? trans.__('Test %1 of %2', run.number, run.total)
      : trans.__('Starting a kernel');
  return run.step === null ? `${tests}…` : `${run.step}… ${tests}`;
}

/** How it ended, in sentences. */
export function resultText(run: IRun, trans: TranslationBundle): string[] {
  const { tested, completed } = run;
  if (run.state === 'cancelled') {
    return [trans.__('Cancelled after %1 of %2 tests.', run.number, run.total)];
  }
  if (tested === null) {
    return run.error === null ? [] : [run.error];
  }
  if (completed === null) {
    return present(testedText(tested, trans), tested.stopped);
  }
  return completed.refused === null
    ? present(
        trans.__('Complete. Later modules run on your code now.'),
        testedText(tested, trans),
        completed.others.length > 0
          ? trans.__(
              'These still pass with it: %1.',
              completed.others.join(', ')
            )
          : null,
        completed.remark
      )
    : [trans.__('Not complete: %1', completed.refused)];
}

function testedText(tested: ITested, trans: TranslationBundle): string {
  return trans.__(
    '%1 of %2 tests pass, %3 of %4 points.',
    tested.passed,
    tested.total,
    tested.points,
    tested.maxPoints
  );
}

function present(...sentences: (string | null)[]): string[] {
  return sentences.filter((each): each is string => each !== null);
}
