import type { IModule } from '../course/course';
import type { CourseModel } from '../course/model';

/** Calls back with each module that comes to the front, also where its notebook was open before the course was known. */
export function followFront(
  model: CourseModel,
  onFront: (module: IModule) => void
): void {
  let last: string | null = null;
  model.stateChanged.connect(({ front }) => {
    const id = front?.id ?? null;
    if (id !== last) {
      last = id;
      if (front !== null) {
        onFront(front);
      }
    }
  });
}
