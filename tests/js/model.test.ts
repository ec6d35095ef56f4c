import { afterEach, expect, test, vi } from 'vitest';

import {
  courseProgress,
  nextModule,
  type ICourse
} from '../../labextension/src/course/course';
import { CourseModel } from '../../labextension/src/course/model';
import { api, course, module } from './course-samples';

afterEach(() => {
  vi.useRealTimers();
});

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>(settle => (resolve = settle));
  return { promise, resolve };
}

function newModel(answer: ICourse = course()): CourseModel {
  return new CourseModel({
    api: api({ course: async () => answer }),
    openPath: async () => undefined
  });
}

test('opening asks for the path, shows it, and asks for the course again', async () => {
  const steps: string[] = [];
  const model = new CourseModel({
    api: api({
      course: async () => (steps.push('course'), course()),
      open: async id => (steps.push(`path ${id}`), 'modules/a.ipynb')
    }),
    openPath: async path => steps.push(`open ${path}`)
  });
  await model.open('01_tensor');
  expect(steps).toEqual(['path 01_tensor', 'open modules/a.ipynb', 'course']);
  expect(model.opening).toBeNull();
});

test('a module that cannot be opened rejects with the reason', async () => {
  const openPath = vi.fn();
  const model = new CourseModel({
    api: api({
      open: () => Promise.reject(new Error('There is no lesson 21.'))
    }),
    openPath
  });
  await expect(model.open('21_x')).rejects.toThrow('There is no lesson 21.');
  expect(openPath).not.toHaveBeenCalled();
  expect(model.opening).toBeNull();
});

test('an answer that a later request has overtaken is dropped', async () => {
  const [first, second] = [deferred<ICourse>(), deferred<ICourse>()];
  const answers = [first.promise, second.promise];
  const model = new CourseModel({
    api: api({
      course: () => answers.shift() ?? Promise.reject(new Error('once more'))
    }),
    openPath: async () => undefined
  });
  const both = [model.refresh(), model.refresh()];
  expect(model.isLoading).toBe(true);
  second.resolve(course({ problem: 'new' }));
  first.resolve(course({ problem: 'old' }));
  await Promise.all(both);
  expect(model.course?.problem).toBe('new');
  expect(model.isLoading).toBe(false);
});

test('making the folder answers the course; a refusal is kept as a sentence', async () => {
  const model = new CourseModel({
    api: api({ makeFolder: async () => course() }),
    openPath: async () => undefined
  });
  await model.makeFolder();
  expect(model.course?.folder).not.toBeNull();
  const refused = new CourseModel({
    api: api({ makeFolder: () => Promise.reject(new Error('Disk full.')) }),
    openPath: async () => undefined
  });
  await refused.makeFolder();
  expect(refused.error).toBe('Disk full.');
});

test('the notebook in front selects its module, also if it came before the course', async () => {
  const model = newModel();
  model.setFront('modules/02_activations/activations.ipynb');
  expect(model.selected).toBeNull();
  await model.refresh();
  expect(model.selected?.id).toBe('02_activations');
  expect(model.last).toBe('02_activations');
  model.select('01_tensor');
  expect(model.selected?.id).toBe('01_tensor');
  expect(model.front?.id).toBe('02_activations');
  model.setFront('notes.ipynb');
  expect(model.front).toBeNull();
  expect(model.selected?.id).toBe('01_tensor');
});

test('what an earlier page remembered does not overrule what is open now', async () => {
  const model = newModel();
  await model.refresh();
  model.setFront('modules/01_tensor/tensor.ipynb');
  model.restore('02_activations');
  expect(model.last).toBe('01_tensor');
});

test('one goes on with the last module, then with what is begun, then with what is ready', () => {
  const [a, b, c] = ['01_a', '02_b', '03_c'].map(id => module({ id }));
  const states = (...names: ReturnType<typeof module>['state'][]) =>
    course({
      modules: [a, b, c].map((each, index) => ({
        ...(each as ReturnType<typeof module>),
        state: names[index] ?? 'ready'
      }))
    });
  const next = (of: ICourse, last?: string) => nextModule(of, last)?.id;
  expect(next(states('ready', 'ready', 'in progress'))).toBe('03_c');
  expect(next(states('complete', 'locked', 'ready'))).toBe('03_c');
  expect(next(states('tests pass', 'in progress'))).toBe('01_a');
  expect(next(states('in progress', 'locked'), '02_b')).toBe('02_b');
  expect(next(states('in progress', 'changed'), '02_b')).toBe('02_b');
  expect(next(states('in progress', 'complete'), '02_b')).toBe('01_a');
  expect(next(states('in progress'), 'gone')).toBe('01_a');
  expect(next(states('complete', 'changed', 'unavailable'))).toBeUndefined();
});

test('the course sums modules, points and time; lessons that are not there have no points to get', () => {
  const tests = { passed: 1, total: 2, maxPoints: 76, at: '', stale: false };
  const sum = courseProgress(
    course({
      modules: [
        module({
          state: 'complete',
          tests: { ...tests, points: 76 },
          measuredSeconds: 20
        }),
        module({ state: 'changed', tests: { ...tests, points: 40 } }),
        module({ state: 'in progress', measuredSeconds: 5 }),
        module({ state: 'unavailable' })
      ]
    })
  );
  expect(sum).toEqual({
    complete: 2,
    total: 4,
    points: 116,
    maxPoints: 300,
    measuredSeconds: 25
  });
});

test('what was asked a moment ago is not asked again, unless somebody insists', async () => {
  vi.useFakeTimers();
  const asked = vi.fn(async () => course());
  const model = new CourseModel({
    api: api({ course: asked }),
    openPath: async () => undefined
  });
  await model.refreshIfOld();
  await model.refreshIfOld();
  expect(asked).toHaveBeenCalledTimes(1);
  await model.refresh();
  expect(asked).toHaveBeenCalledTimes(2);
  vi.advanceTimersByTime(2001);
  await model.refreshIfOld();
  expect(asked).toHaveBeenCalledTimes(3);
});
