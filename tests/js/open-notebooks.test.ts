/** What is done with notebooks that are open in the browser. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { INotebookTracker } from '@jupyterlab/notebook';
import { Signal } from '@lumino/signaling';
import { expect, test, vi } from 'vitest';

import { OpenNotebooks } from '../../labextension/src/work/notebooks';
import { trans } from './samples';

// The package itself needs a browser; the one function that is used of it is JupyterLab's to test.
vi.mock('@jupyterlab/notebook', () => ({
  NotebookActions: { focusActiveCell: async () => undefined }
}));

const PATH = 'modules/01_tensor/tensor.ipynb';

/** One open notebook at PATH, on a drive of its own name; the file on disk was changed at `onDisk`. */
function open(changes: {
  dirty?: boolean;
  onDisk?: string;
  saving?: Error;
  looking?: object;
}) {
  const cells = ['as it was read'];
  const context = {
    path: `RTC:${PATH}`,
    model: { dirty: changes.dirty ?? false, toJSON: () => ({ cells }) },
    ready: Promise.resolve(),
    saveState: new Signal<object, string>({}),
    contentsModel: { last_modified: 'monday' },
    save: vi.fn(async () => {
      if (changes.saving !== undefined) {
        throw changes.saving;
      }
    }),
    revert: vi.fn(async () => undefined)
  };
  const content = {
    widgets: [{ model: { id: 'abc' } }, { model: { id: 'def' } }],
    activeCellIndex: 0,
    deselectAll: vi.fn(),
    scrollToItem: vi.fn(async () => undefined)
  };
  const panel = { context, content, revealed: Promise.resolve() };
  const commands = { execute: vi.fn(async () => undefined) };
  const contents = {
    localPath: (path: string) => path.replace('RTC:', ''),
    get: async () => {
      if (changes.looking !== undefined) {
        throw changes.looking;
      }
      return { last_modified: changes.onDisk ?? 'monday' };
    }
  };
  const tracker = {
    currentWidget: panel,
    activeCell: { model: { id: 'abc' } },
    find: (fits: (each: unknown) => boolean) => [panel].find(fits),
    widgetAdded: new Signal<object, object>({})
  };
  const notebooks = new OpenNotebooks(
    { commands, serviceManager: { contents } } as unknown as JupyterFrontEnd,
    tracker as unknown as INotebookTracker,
    trans
  );
  tracker.widgetAdded.emit(panel);
  return { notebooks, context, content, commands, cells };
}

test('the path in front is that of the server, whatever drive it is on', () => {
  const { notebooks } = open({});
  expect(notebooks.front).toBe(PATH);
  expect(notebooks.activeCell).toBe('abc');
});

test('a notebook is saved if it has changes, and only then', async () => {
  const changed = open({ dirty: true });
  await changed.notebooks.save(PATH);
  expect(changed.context.save).toHaveBeenCalledTimes(1);
  const same = open({});
  await same.notebooks.save(PATH);
  expect(same.context.save).not.toHaveBeenCalled();
});

test('a notebook is read anew if its file has changed, and only then', async () => {
  const changed = open({ onDisk: 'tuesday' });
  await changed.notebooks.reload(PATH);
  expect(changed.context.revert).toHaveBeenCalledTimes(1);
  const same = open({});
  await same.notebooks.reload(PATH);
  expect(same.context.revert).not.toHaveBeenCalled();
});

test('a notebook without changes of its own shows what another tab has saved before it is tested', async () => {
  const { notebooks, context } = open({ onDisk: 'tuesday' });
  await notebooks.save(PATH);
  expect(context.revert).toHaveBeenCalledTimes(1);
  expect(context.save).not.toHaveBeenCalled();
});

test('what JupyterLab alone has changed is no reason to ask which of the two versions stays', async () => {
  const { notebooks, context, cells } = open({
    dirty: true,
    onDisk: 'tuesday'
  });
  await context.ready;
  await notebooks.save(PATH);
  expect(context.revert).toHaveBeenCalledTimes(1);
  expect(context.save).not.toHaveBeenCalled();
  cells.push('typed');
  await notebooks.save(PATH); // JupyterLab asks
  expect(context.save).toHaveBeenCalledTimes(1);
  context.saveState.emit('completed');
  await notebooks.save(PATH);
  expect(context.revert).toHaveBeenCalledTimes(2);
  expect(context.save).toHaveBeenCalledTimes(1);
});

test.each([
  ['ModalCancelError', 'Cancel', 'its file has changed too'],
  ['ModalDuplicateError', 'Modal is already displayed', 'changed too'],
  ['Error', 'HTTP 500: No space left', 'the message of JupyterLab says why']
])('a notebook that was not saved says why: %s', async (name, text, words) => {
  const saving = Object.assign(new Error(text), { name });
  const { notebooks } = open({ dirty: true, saving });
  await expect(notebooks.save(PATH)).rejects.toThrow(words);
});

test('a file that is gone is for the server to speak of, any other error is not', async () => {
  const gone = open({ looking: { response: { status: 404 } } });
  await gone.notebooks.save(PATH);
  expect(gone.context.revert).not.toHaveBeenCalled();
  const failing = open({ looking: new Error('Bad gateway') });
  await expect(failing.notebooks.save(PATH)).rejects.toThrow('Bad gateway');
});

test('changes in a notebook whose folder was renamed are not passed over', async () => {
  const moved = PATH.replace('modules', 'mine/modules');
  const gone = { response: { status: 404 } };
  const left = open({ dirty: true, looking: gone });
  await expect(left.notebooks.save(moved)).rejects.toThrow(
    `renamed: ${PATH} is not there any more`
  );
  await open({ dirty: false, looking: gone }).notebooks.save(moved);
  await open({ dirty: true }).notebooks.save(moved); // another student folder's
});

test('a path that is not open is left alone, and so is a JupyterLab without notebooks', async () => {
  const { notebooks, context } = open({ dirty: true, onDisk: 'tuesday' });
  await notebooks.save('other.ipynb');
  await notebooks.reload('other.ipynb');
  expect(context.save).not.toHaveBeenCalled();
  expect(context.revert).not.toHaveBeenCalled();
  const none = new OpenNotebooks({} as JupyterFrontEnd, null, trans);
  await none.save(PATH);
  await none.reload(PATH);
  expect([none.front, none.activeCell]).toEqual([null, null]);
});

test('going to a cell opens the notebook and makes the cell the active one', async () => {
  const { notebooks, content, commands } = open({});
  expect(await notebooks.jump(PATH, 'def')).toBe(true);
  expect(commands.execute).toHaveBeenCalledWith('docmanager:open', {
    path: PATH,
    factory: 'Notebook'
  });
  expect(content.activeCellIndex).toBe(1);
  expect(content.scrollToItem).toHaveBeenCalledWith(1, 'smart');
});

test('a cell that is not there any more is said', async () => {
  const { notebooks, content } = open({});
  expect(await notebooks.jump(PATH, 'gone')).toBe(false);
  expect(content.activeCellIndex).toBe(0);
});
