import { expect, test } from 'vitest';

import { CourseModel } from '../../labextension/src/course/model';
import { followFront } from '../../labextension/src/navigator/front';
import { api, course } from './course-samples';

test('a notebook that was open before the course was known comes to the front with the first answer, once', async () => {
  const model = new CourseModel({
    api: api({ course: async () => course() }),
    openPath: async () => undefined
  });
  const seen: string[] = [];
  followFront(model, ({ id }) => seen.push(id));
  model.setFront('modules/01_tensor/tensor.ipynb');
  expect(seen).toEqual([]);
  await model.refresh();
  await model.refresh();
  expect(seen).toEqual(['01_tensor']);
  model.setFront('elsewhere.ipynb');
  model.setFront('modules/01_tensor/tensor.ipynb');
  expect(seen).toEqual(['01_tensor', '01_tensor']);
});
