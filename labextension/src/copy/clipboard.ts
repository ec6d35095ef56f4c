/** Putting text and pictures on the clipboard, in whatever way the browser allows. */

import { Clipboard } from '@jupyterlab/apputils';

/** Without a secure context (http from another machine) only the browser's old way is left. */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    Clipboard.copyToSystem(text);
  }
}

/** Copies a PNG; saves it as a file where the clipboard takes no pictures. Says which of the two it was. */
export async function copyPicture(
  picture: Blob,
  name: string
): Promise<'copied' | 'saved'> {
  try {
    await navigator.clipboard.write([
      new ClipboardItem({ [picture.type]: picture })
    ]);
    return 'copied';
  } catch {
    save(picture, name);
    return 'saved';
  }
}

function save(picture: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(picture);
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
