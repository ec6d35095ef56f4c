/** The commands about a module: which one they are about, and when they can be given. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import { CommandRegistry } from '@lumino/commands';
import { expect, test, vi } from 'vitest';

import { CommandIDs } from '../../labextension/src/commands';
import type { IModule } from '../../labextension/src/course/course';
import { CourseModel } from '../../labextension/src/course/model';
import { addModuleCommands, MENU } from '../../labextension/src/work/commands';
import { WorkModel } from '../../labextension/src/work/model';
import type { ModuleTasks } from '../../labextension/src/work/tasks';
import { api, course, module } from './course-samples';
import { trans } from './samples';

const TWO = '02_activations';

async function register(first: Partial<IModule> = {}) {
  const server = api({
    course: async () =>
      course({ modules: [module(first), module({ id: TWO })] }),
    run: () => new Promise(() => undefined)
  });
  const model = new CourseModel({
    api: server,
    openPath: async () => undefined
  });
  const notebooks = {
    save: async () => undefined,
    reload: async () => undefined
  };
  const work = new WorkModel(server, notebooks, trans);
  const names = [
    'run',
    'use',
    'submit',
    'update',
    'updateAll',
    'reset',
    'compare',
    'hint',
    'jump',
    'openFeedback',
    'restartKernels'
  ] as const;
  const tasks = Object.fromEntries(
    names.map(name => [name, vi.fn(async () => undefined)])
  ) as Record<(typeof names)[number], ReturnType<typeof vi.fn>>;
  const commands = new CommandRegistry();
  const ids = addModuleCommands({
    app: { commands } as unknown as JupyterFrontEnd,
    course: model,
    work,
    tasks: tasks as unknown as ModuleTasks,
    trans
  });
  model.select('01_tensor');
  await model.refresh();
  return { commands, tasks, work, ids, model };
}

test('a command is about the module in its arguments, else about the selected one', async () => {
  const { commands, tasks } = await register();
  await commands.execute(CommandIDs.testModule);
  await commands.execute(CommandIDs.completeModule, { module: TWO });
  const asked = tasks.run.mock.calls.map(([kind, { id }]) => [kind, id]);
  expect(asked).toEqual([
    ['test', '01_tensor'],
    ['complete', TWO]
  ]);
  await commands.execute(CommandIDs.goToCell, { module: TWO, cell: 'abc' });
  expect(tasks.jump.mock.calls[0]?.[1]).toBe('abc');
});

test('every item of the menu is a command of the palette, with a label and a description', async () => {
  const { commands, ids } = await register();
  expect(MENU.filter(id => !ids.includes(id))).toEqual([]);
  for (const id of ids) {
    expect(commands.label(id)).not.toBe('');
    expect((await commands.describedBy(id)).args).not.toBeNull();
  }
});

test('mine and reference switch to the other one, once there is a file', async () => {
  const can = async (changes: Partial<IModule>) => {
    const { commands } = await register(changes);
    return [CommandIDs.useMine, CommandIDs.useReference].map(id =>
      commands.isEnabled(id)
    );
  };
  expect(await can({})).toEqual([false, false]);
  expect(await can({ completed: true, source: 'mine' })).toEqual([false, true]);
  expect(await can({ completed: true })).toEqual([true, false]);
});

test('nothing is there to do with a lesson that is not there, or with an unknown module', async () => {
  const { commands, model } = await register({ state: 'unavailable' });
  model.select('01_tensor');
  expect(commands.isEnabled(CommandIDs.testModule)).toBe(false);
  expect(commands.isEnabled(CommandIDs.resetModule)).toBe(false);
  expect(commands.isEnabled(CommandIDs.testModule, { module: TWO })).toBe(true);
  expect(commands.isEnabled(CommandIDs.testModule, { module: 'x' })).toBe(
    false
  );
});

test('while tests run, no others start, and these can be cancelled', async () => {
  const { commands, work } = await register();
  expect(commands.isEnabled(CommandIDs.cancelRun)).toBe(false);
  const changed = vi.fn();
  commands.commandChanged.connect(changed);
  void work.start('test', '01_tensor', 'x');
  expect(commands.isEnabled(CommandIDs.testModule)).toBe(false);
  expect(commands.isEnabled(CommandIDs.cancelRun)).toBe(true);
  expect(changed).toHaveBeenCalled();
});

test('feedback can be read when it is there', async () => {
  const without = await register();
  expect(without.commands.isEnabled(CommandIDs.openFeedback)).toBe(false);
  const { commands } = await register({ feedback: 'feedback/x.html' });
  expect(commands.isEnabled(CommandIDs.openFeedback)).toBe(true);
});
