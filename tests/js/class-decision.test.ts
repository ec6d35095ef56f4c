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

async function press(label: string, module = MODULE): Promise<unknown> {
  const answer = askDecision(module, trans);
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

test('where nbgrader cannot keep them, keeping is not offered', async () => {
  const reshaped = { ...MODULE, reshaped: ['01-new-test'] };
  expect(await press('New Edition', reshaped)).toBe('edition');
  const answer = askDecision(reshaped, trans);
  await vi.waitFor(() =>
    expect(document.body.textContent).toContain(
      'They cannot be kept: 01-new-test is new, gone, or of other points.'
    )
  );
  expect(document.body.textContent).not.toContain('Keep Submissions');
  Dialog.tracker.currentWidget?.resolve();
  await answer;
});

test('Enter decides nothing about the work of others', async () => {
  const answer = askDecision(MODULE, trans);
  await vi.waitFor(() => expect(Dialog.tracker.size).toBe(1));
  Dialog.tracker.currentWidget?.resolve();
  expect(await answer).toBeNull();
});
