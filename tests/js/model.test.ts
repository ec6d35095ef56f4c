import { expect, test, vi } from 'vitest';

import type { ICourse } from '../../labextension/src/navigator/course';
import { CourseModel } from '../../labextension/src/navigator/model';
import { course } from './samples';

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>(settle => (resolve = settle));
  return { promise, resolve };
}

test('opening asks for the path, shows it, and asks for the course again', async () => {
  const steps: string[] = [];
  const model = new CourseModel({
    fetchCourse: async () => (steps.push('course'), course()),
    fetchPath: async id => (steps.push(`path ${id}`), 'modules/a.ipynb'),
    openPath: async path => steps.push(`open ${path}`)
  });
  await model.open('01_tensor');
  expect(steps).toEqual(['path 01_tensor', 'open modules/a.ipynb', 'course']);
  expect(model.opening).toBeNull();
});

test('a module that cannot be opened rejects with the reason', async () => {
  const openPath = vi.fn();
  const model = new CourseModel({
    fetchCourse: async () => course(),
    fetchPath: () => Promise.reject(new Error('There is no lesson 21.')),
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
    fetchCourse: () =>
      answers.shift() ?? Promise.reject(new Error('once more')),
    fetchPath: async () => '',
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
