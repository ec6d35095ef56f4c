/** A file of the user's is read in the browser. */

import { expect, test, vi } from 'vitest';

import {
  chooseFile,
  readChosen
} from '../../labextension/src/work/choose-file';
import { trans } from './samples';

/** The browser's dialog, answered by `answer` as soon as it opens. */
function dialog(answer: (input: HTMLInputElement) => void): void {
  vi.spyOn(HTMLInputElement.prototype, 'click').mockImplementation(function (
    this: HTMLInputElement
  ) {
    answer(this);
  });
}

test('a file is given with its name and its bytes as base64', async () => {
  const file = new File([new Uint8Array([0, 255, 80])], 'release.zip');
  expect(await readChosen(file, trans)).toEqual({
    name: 'release.zip',
    content: 'AP9Q'
  });
  expect((await readChosen(new File([], 'empty.zip'), trans)).content).toBe('');
});

test('a file that is too large is not read', async () => {
  const file = new File([], 'film.zip');
  Object.defineProperty(file, 'size', { value: 32 * 2 ** 20 + 1 });
  await expect(readChosen(file, trans)).rejects.toThrow(
    'film.zip has 33 MiB; a release has at most 32.'
  );
});

test('who closes the dialog has chosen nothing', async () => {
  dialog(input => input.dispatchEvent(new Event('cancel')));
  expect(await chooseFile('.zip')).toBeNull();
  const file = new File([], 'release.zip');
  dialog(input => {
    Object.defineProperty(input, 'files', { value: [file] });
    input.dispatchEvent(new Event('change'));
  });
  expect(await chooseFile('.zip')).toBe(file);
});
