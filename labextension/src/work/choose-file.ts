/** A file of the user's, chosen in the browser: its content is sent, never its place. */

import type { TranslationBundle } from '@jupyterlab/translation';

/** As the server's (UPLOAD_BYTES in tinytorch_lab/course/release_files.py); a release has about one. */
const MAX_MEGABYTES = 32;

export interface IChosenFile {
  name: string;
  /** Base64. */
  content: string;
}

/** Opens the browser's dialog; null if the user does not choose. Call it while a click is handled, else browsers refuse. */
export function chooseFile(accept: string): Promise<File | null> {
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = accept;
  return new Promise(resolve => {
    input.onchange = () => resolve(input.files?.[0] ?? null);
    input.oncancel = () => resolve(null);
    input.click();
  });
}

/** Rejects with a sentence if the file is too large to be a release, or the browser cannot read it. */
export async function readChosen(
  file: File,
  trans: TranslationBundle
): Promise<IChosenFile> {
  const megabytes = file.size / 2 ** 20;
  if (megabytes > MAX_MEGABYTES) {
    throw new Error(
      trans.__(
        '%1 has %2 MiB; a release has at most %3. Choose the zip that your course gave you.',
        file.name,
        Math.ceil(megabytes),
        MAX_MEGABYTES
      )
    );
  }
  return { name: file.name, content: await base64(file, trans) };
}

function base64(file: File, trans: TranslationBundle): Promise<string> {
  const reader = new FileReader();
  return new Promise((resolve, reject) => {
    reader.onload = () =>
      resolve(String(reader.result).replace(/^[^,]*,?/, ''));
    reader.onerror = () =>
      reject(
        new Error(
          trans.__('The browser could not read %1. Try again.', file.name)
        )
      );
    reader.readAsDataURL(file);
  });
}
