/** The class as the browser remembers it, and releases as they run. */

import { expect, test } from 'vitest';

import type { IClassApi } from '../../labextension/src/class/api';
import type { IClass } from '../../labextension/src/class/data';
import { ClassModel } from '../../labextension/src/class/model';
import { PreviewModel } from '../../labextension/src/class/preview-model';
import { ReleaseModel } from '../../labextension/src/class/release-model';
import {
  classApi,
  fault,
  preview,
  released,
  saying,
  theClass
} from './class-samples';
import { trans } from './samples';

function releases(changes: Partial<IClassApi>): ReleaseModel {
  return new ReleaseModel(classApi(changes), trans);
}

test('the first module is selected until one is chosen', async () => {
  const model = new ClassModel(classApi());
  expect(model.selected).toBeNull();
  await model.refresh();
  expect(model.selected?.id).toBe('01_tensor');
  model.select('02_activations');
  expect(model.selected?.id).toBe('02_activations');
  expect(model.byPath('modules/01_tensor/tensor_dev.py')?.id).toBe('01_tensor');
  expect(model.byPath(null)).toBeNull();
});

test('a failed request is said, and what was known stays', async () => {
  const answers = [
    async () => theClass(),
    () => Promise.reject(new Error('No disk.'))
  ];
  const model = new ClassModel({
    load: () => (answers.shift() as () => Promise<IClass>)()
  });
  await model.refresh();
  await model.refresh();
  expect(model.error).toBe('No disk.');
  expect(model.modules.length).toBe(2);
});

test('an answer that a later request has overtaken is dropped', async () => {
  const resolves: ((answer: IClass) => void)[] = [];
  const model = new ClassModel({
    load: () => new Promise(resolve => resolves.push(resolve))
  });
  const both = [model.refresh(), model.refresh()];
  resolves[1]?.({ folder: 'new', modules: [] });
  resolves[0]?.({ folder: 'old', modules: [] });
  await Promise.all(both);
  expect(model.current?.folder).toBe('new');
});

test('a release counts its steps, then says its version; the class is asked for again', async () => {
  const steps: string[] = [];
  const model = releases({
    release: saying(
      { kind: 'step', name: 'check', number: 1, total: 10 },
      { kind: 'step', name: 'prove', number: 7, total: 10 },
      { kind: 'done', released: released() }
    )
  });
  model.stateChanged.connect(() => {
    const run = model.run('01_tensor');
    steps.push(`${run?.state} ${run?.number} ${run?.step}`);
  });
  const changed: string[] = [];
  model.classChanged.connect((_, module) => changed.push(module));
  await model.start('01_tensor', 'none');
  expect(steps.slice(0, 3)).toEqual([
    'running 0 ',
    'running 1 check',
    'running 7 prove'
  ]);
  expect(model.run('01_tensor')?.state).toBe('done');
  expect(model.run('01_tensor')?.released?.version).toBe(4);
  expect(changed).toEqual(['01_tensor']);
});

test('a refusal keeps its faults', async () => {
  const model = releases({
    release: saying({
      kind: 'refused',
      sentence: '01_tensor was not released.',
      faults: [fault()]
    })
  });
  await model.start('01_tensor', 'none');
  expect(model.run('01_tensor')).toMatchObject({
    state: 'refused',
    sentence: '01_tensor was not released.',
    faults: [fault()]
  });
  model.dismiss('01_tensor');
  expect(model.run('01_tensor')).toBeNull();
});

test('an answer that ends too early is no success', async () => {
  const model = releases({
    release: saying({ kind: 'step', name: 'check', number: 1, total: 10 })
  });
  await model.start('01_tensor', 'none');
  expect(model.run('01_tensor')?.state).toBe('failed');
  expect(model.run('01_tensor')?.sentence).toContain('ended before the result');
});

test('only one release goes on at a time, and it can be cancelled', async () => {
  const started: string[] = [];
  const model = releases({
    release: (module, decision, _onMessage, signal) => {
      started.push(`${module} ${decision}`);
      return new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(new Error('aborted')))
      );
    }
  });
  const first = model.start('01_tensor', 'mend');
  await model.start('02_activations', 'none');
  expect(started).toEqual(['01_tensor mend']);
  expect(model.running?.module).toBe('01_tensor');
  model.cancel();
  await first;
  expect(model.running).toBeNull();
  expect(model.run('01_tensor')?.state).toBe('cancelled');
});

test('one file with all releases, or why there is none', async () => {
  const asked: string[][] = [];
  const zip = { file: 'release-zips/all.zip', path: 'release-zips/all.zip' };
  const model = releases({
    zip: async modules => (asked.push(modules), zip)
  });
  await model.zip();
  expect(asked).toEqual([[]]);
  expect(model.zipAnswer).toEqual({ kind: 'zip', zip });
  model.dismissZip();
  expect(model.zipAnswer).toBeNull();
  const refused = releases({
    zip: () => Promise.reject(new Error('Nothing is released.'))
  });
  await refused.zip();
  expect(refused.zipAnswer).toEqual({
    kind: 'refused',
    text: 'Nothing is released.'
  });
});

test('a preview that fails keeps what was shown', async () => {
  const answers: IClassApi['preview'][] = [
    async () => preview(),
    () => Promise.reject(new Error('No such module.'))
  ];
  const model = new PreviewModel(
    { preview: module => (answers.shift() as IClassApi['preview'])(module) },
    '01_tensor'
  );
  await model.refresh();
  await model.refresh();
  expect(model.preview?.stubs).toBe(1);
  expect(model.error).toBe('No such module.');
});
