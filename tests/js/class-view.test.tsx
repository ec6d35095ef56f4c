/** The class panel and the preview, mounted. */

import React, { act } from 'react';
import { beforeEach, expect, test } from 'vitest';

import type { IClassApi } from '../../labextension/src/class/api';
import type { IClass, IPreview } from '../../labextension/src/class/data';
import { DecisionQuestion } from '../../labextension/src/class/decision';
import { ClassHeader } from '../../labextension/src/class/header';
import { ClassList, moveTo } from '../../labextension/src/class/list';
import { ClassModel } from '../../labextension/src/class/model';
import { ClassModuleView } from '../../labextension/src/class/module-view';
import { PreviewModel } from '../../labextension/src/class/preview-model';
import { PreviewView } from '../../labextension/src/class/preview-view';
import { ReleaseModel } from '../../labextension/src/class/release-model';
import {
  actions,
  classApi,
  classModule,
  fault,
  preview,
  released,
  saying,
  theClass
} from './class-samples';
import { click, find, focus, mount, press } from './dom';
import { trans } from './samples';

beforeEach(() => {
  document.body.innerHTML = '';
  Object.values(actions).forEach(action => action.mockReset());
});

async function show(
  answer: IClass | Error = theClass(),
  api: Partial<IClassApi> = {}
): Promise<{ host: HTMLElement; model: ClassModel; releases: ReleaseModel }> {
  const load = async () => {
    if (answer instanceof Error) {
      throw answer;
    }
    return answer;
  };
  const model = new ClassModel({ load });
  const releases = new ReleaseModel(classApi(api), trans);
  const props = { model, releases, actions, trans };
  const { host } = mount(
    <>
      <ClassHeader {...props} />
      <ClassList {...props} />
      <ClassModuleView {...props} />
    </>
  );
  await act(() => model.refresh());
  return { host, model, releases };
}

function one(changes: Parameters<typeof classModule>[0]): IClass {
  return { folder: 'class', modules: [classModule(changes)] };
}

function button(host: HTMLElement, text: string): HTMLElement {
  const found = [...host.querySelectorAll('button')].find(
    each => each.textContent?.trim() === text
  );
  if (found === undefined) {
    throw new Error(`No button ${text} in ${host.innerHTML}`);
  }
  return found;
}

test('each row says its module, its state and its points', async () => {
  const { host } = await show();
  const rows = [...host.querySelectorAll('[role=option]')];
  expect(rows.map(row => row.ariaLabel?.split(' of ')[0])).toEqual([
    '01 Tensor, released, version 3',
    '02 Activations, draft, 2 faults'
  ]);
  expect(rows[0]?.textContent).toContain('100 p');
  expect(host.textContent).toContain('1 of 2 released');
});

test('the list is one stop of the Tab key; arrows select, Enter opens the file', async () => {
  const { host, model } = await show();
  const stops = host.querySelectorAll('[role=option][tabindex="0"]');
  expect(stops.length).toBe(1);
  focus(stops[0] as HTMLElement);
  press('ArrowDown');
  expect(model.selected?.id).toBe('02_activations');
  expect((document.activeElement as HTMLElement).dataset['row']).toBe(
    '02_activations'
  );
  press('Enter');
  expect(actions.openFile).toHaveBeenCalledWith(model.selected, 0);
  press('Home');
  expect(model.selected?.id).toBe('01_tensor');
});

test('keys stop at the ends', () => {
  expect(moveTo('ArrowUp', 0, 3)).toBe(0);
  expect(moveTo('ArrowDown', 2, 3)).toBe(2);
  expect(moveTo('End', 0, 3)).toBe(2);
  expect(moveTo('x', 0, 3)).toBeNull();
});

test('Release with faults does nothing, and says why to everybody', async () => {
  const { host, model } = await show();
  act(() => model.select('02_activations'));
  const release = button(host, 'Release');
  expect(release.getAttribute('aria-disabled')).toBe('true');
  expect(release.hasAttribute('disabled')).toBe(false);
  const described = release.getAttribute('aria-describedby') ?? '';
  expect(document.getElementById(described)?.textContent).toContain(
    '2 faults in modules/02_activations/activations_dev.py'
  );
  expect(release.title).toContain('2 faults');
  click(release);
  expect(actions.release).not.toHaveBeenCalled();
});

test('faults lead to their lines; warnings stand apart', async () => {
  const { host, model } = await show();
  act(() => model.select('02_activations'));
  const errors = find(host, 'ul[aria-label=Faults]');
  expect(errors.querySelectorAll('li').length).toBe(2);
  expect(errors.textContent).toContain('line 40, cell 7 (01-add)');
  expect(errors.textContent).toContain('Write ### END SOLUTION below it.');
  click(find(errors, 'button'));
  expect(actions.openFile).toHaveBeenCalledWith(model.selected, 40);
  expect(find(host, 'ul[aria-label=Warnings]').textContent).toContain('L4');
});

test('a file that the browser cannot reach is no link', async () => {
  const { host } = await show(
    one({ path: null, state: 'draft', faults: [fault()], reason: '1 fault' })
  );
  const list = find(host, 'ul[aria-label=Faults]');
  expect(list.querySelector('button')).toBeNull();
  expect(list.textContent).toContain('line 40');
});

test('a release shows its steps, can be cancelled, and says what came out', async () => {
  let finish: () => void = () => undefined;
  const { host, releases } = await show(one({}), {
    release: async (module, decision, onMessage, signal) => {
      onMessage({ kind: 'step', name: 'proving', number: 7, total: 10 });
      await new Promise<void>(resolve => (finish = resolve));
      await saying({
        kind: 'done',
        released: released({ warnings: [fault({ severity: 'warning' })] })
      })(module, decision, onMessage, signal);
    }
  });
  let run: Promise<void> | null = null;
  act(() => {
    run = releases.start('01_tensor', 'none');
  });
  expect(find(host, 'progress').getAttribute('value')).toBe('7');
  expect(host.textContent).toContain('Step 7 of 10: proving');
  expect(button(host, 'Release').getAttribute('aria-disabled')).toBe('true');
  expect(button(host, 'Cancel')).not.toBeNull();
  await act(async () => {
    finish();
    await run;
  });
  expect(find(host, '.tt-Run-result').textContent).toBe(
    'Released as version 4, with 100 points.'
  );
  expect(find(host, '.tt-ReleaseRun').dataset['state']).toBe('passed');
  expect(find(host, 'ul[aria-label=Warnings]').textContent).toContain('R3');
});

test('the same again is no new version', async () => {
  const { host, releases } = await show(one({}), {
    release: saying({
      kind: 'done',
      released: released({ version: 3, unchanged: true })
    })
  });
  await act(() => releases.start('01_tensor', 'none'));
  expect(host.textContent).toContain(
    'Nothing to do: students have exactly this already, as version 3.'
  );
});

test('a refused release shows each fault once', async () => {
  const { host, releases } = await show(
    one({ state: 'draft', faults: [fault()], reason: '1 fault' }),
    {
      release: saying({
        kind: 'refused',
        sentence: '01_tensor was not released.',
        faults: [fault(), fault({ line: 60 })]
      })
    }
  );
  await act(() => releases.start('01_tensor', 'none'));
  expect(host.textContent).toContain('01_tensor was not released.');
  expect(host.querySelectorAll('.tt-Fault').length).toBe(2);
});

test('changed graded cells with submissions in are announced before anything is done', async () => {
  const answer = one({
    state: 'changed',
    version: 1,
    submissions: 12,
    changedGraded: ['01-add-test', '01-mul-test']
  });
  const { host } = await show(answer);
  expect(find(host, '.tt-Notice').textContent).toContain('12 submissions');
  expect(
    [...host.querySelectorAll('.tt-Notice li')].map(each => each.textContent)
  ).toEqual(['01-add-test', '01-mul-test']);
  expect(button(host, 'Release…')).not.toBeNull();
  const question = mount(
    <DecisionQuestion
      module={answer.modules[0] ?? classModule()}
      trans={trans}
    />
  ).host;
  expect(question.textContent).toContain('01-mul-test');
  expect(question.textContent).toContain('editions/01_tensor-1');
});

test('points of the module stand beside those of the class', async () => {
  const { host } = await show();
  const cells = (row: string) =>
    [...find(host, row).children].map(cell => cell.textContent);
  expect(cells('tbody tr').slice(1)).toEqual(['76', '116']);
  expect(cells('tbody tr:nth-child(2)').slice(1)).toEqual(['24', '24']);
  expect(cells('tbody tr:last-child')).toEqual(['Total', '100', '140']);
});

test('the server refuses: its sentence, and a way to try again', async () => {
  const { host } = await show(new Error('There is no class folder.'));
  expect(find(host, '[role=alert]').textContent).toContain(
    'There is no class folder.'
  );
  expect(host.querySelector('[role=listbox]')).toBeNull();
});

test('a class without modules says what is missing', async () => {
  const { host } = await show({ folder: 'class', modules: [] });
  expect(find(host, '[role=status]').textContent).toContain('NN_name');
});

test('the zip can be downloaded', async () => {
  const zip = { file: 'release-zips/all.zip', path: 'c/release-zips/all.zip' };
  const { host, releases } = await show(theClass(), { zip: async () => zip });
  click(button(host, 'Make a ZIP of All'));
  expect(actions.zip).toHaveBeenCalled();
  await act(() => releases.zip());
  click(button(host, 'release-zips/all.zip'));
  expect(actions.download).toHaveBeenCalledWith('c/release-zips/all.zip');
});

async function showPreview(answer: IPreview): Promise<HTMLElement> {
  const model = new PreviewModel({ preview: async () => answer }, '01_tensor');
  const module = classModule();
  const { host } = mount(
    <PreviewView {...{ model, module, actions, trans }} />
  );
  await act(() => model.refresh());
  return host;
}

test('the preview shows what changes side by side, the rest once', async () => {
  const host = await showPreview(preview());
  const cells = [...host.querySelectorAll<HTMLElement>('.tt-PreviewCell')];
  expect(cells.map(cell => cell.querySelector('table') !== null)).toEqual([
    false,
    true,
    true,
    true
  ]);
  expect(cells[1]?.querySelector('thead')?.textContent).toBe(
    'They have nowThey would get'
  );
  click(find(host, 'input[type=checkbox]'));
  const left = [...host.querySelectorAll('.tt-PreviewCell')];
  expect(left.map(cell => cell.ariaLabel)).toEqual([
    'Cell 2',
    'Cell 3',
    'Cell 4'
  ]);
});

test('a module that cannot be previewed shows its faults', async () => {
  const refused = 'There is no student version yet.';
  const host = await showPreview(
    preview({ cells: [], refused, faults: [fault()] })
  );
  expect(host.textContent).toContain(refused);
  expect(host.querySelector('.tt-PreviewCell')).toBeNull();
  click(find(host, '.tt-Fault button'));
  expect(actions.openFile).toHaveBeenCalled();
});
