import type { CourseModel } from '../course/model';
import { place } from '../place';

/** Remembers in this browser which module was worked on last, for each server and folder on its own. */
export function followLast(model: CourseModel, storage: Storage): void {
  const key = `tinytorch-lab:last-module:${place()}`;
  model.restore(storage.getItem(key));
  model.stateChanged.connect(({ last }) => {
    if (last !== null && storage.getItem(key) !== last) {
      storage.setItem(key, last);
    }
  });
}
