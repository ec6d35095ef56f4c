/** The question what is to become of submissions. */

import { Dialog } from '@jupyterlab/apputils';
import { beforeEach, expect, test, vi } from 'vitest';

import { askDecision } from '../../labextension/src/class/decision';
import { classModule } from './class-samples';
import { trans } from './samples';

const MODULE = classModule({
  version: 1,
  submissions: 12,
  changedGraded: ['01-add-test']
});

beforeEach(() => {
  document.body.innerHTML = '';
  // The dialog is JupyterLab's own, which renders when it likes.
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', false);
});

async function press(label: string): Promise<unknown> {
  const answer = askDecision(MODULE, trans);
  const button = await vi.waitFor(() => {
    const found = [
      ...document.querySelectorAll<HTMLElement>('.jp-Dialog-button')
    ].find(each => each.textContent === label);
    if (found === undefined) {
      throw new Error(`There is no button ${label} yet.`);
    }
    return found;
  });
  button.click();
  return answer;
}

test.each([
  ['Keep Submissions', 'mend'],
  ['New Edition', 'edition'],
  ['Cancel', null]
])('%s means %s', async (label, decision) => {
  expect(await press(label)).toBe(decision);
});

test('Enter decides nothing about the work of others', async () => {
  const answer = askDecision(MODULE, trans);
  await vi.waitFor(() => expect(Dialog.tracker.size).toBe(1));
  Dialog.tracker.currentWidget?.resolve();
  expect(await answer).toBeNull();
});
