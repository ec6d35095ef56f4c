/** What the navigator says about a module. Pure. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { ICourse, IModule } from './course';

/** The state in words, e.g. "in progress, 2 of 14 exercises solved". */
export function stateText(module: IModule, trans: TranslationBundle): string {
  switch (module.state) {
    case 'unavailable':
      return trans.__('not in this version yet');
    case 'locked':
      return trans.__('prerequisites missing');
    case 'ready':
      return trans.__('ready to start');
    case 'in progress':
      return trans.__(
        'in progress, %1 of %2 exercises solved',
        module.solved,
        module.exercises
      );
    case 'complete':
      return trans.__('complete');
  }
}

/** What stands between the student and the module; null if nothing does. */
export function missingText(
  course: ICourse,
  module: IModule,
  trans: TranslationBundle
): string | null {
  if (module.state === 'unavailable') {
    return trans.__('This version of tinytorch-lab has no lesson for it yet.');
  }
  if (module.missing.length === 0) {
    return null;
  }
  const names = module.missing.map(id => moduleName(course, id));
  return trans.__(
    'Complete first: %1. You can open it all the same.',
    names.join(', ')
  );
}

export function buildsText(module: IModule, trans: TranslationBundle): string {
  return trans.__('You build: %1', module.builds.join(', '));
}

export function measuresText(
  module: IModule,
  trans: TranslationBundle
): string {
  return trans.__('You measure: %1', module.question);
}

/** All of it as one text: the tooltip, and the description for screen readers. */
export function describe(
  course: ICourse,
  module: IModule,
  trans: TranslationBundle
): string {
  const missing = missingText(course, module, trans);
  return [
    buildsText(module, trans),
    measuresText(module, trans),
    ...(missing === null ? [] : [missing])
  ].join('\n');
}

/** "03 Layers"; the id itself for a module that the course does not list. */
function moduleName(course: ICourse, id: string): string {
  const module = course.modules.find(candidate => candidate.id === id);
  return module ? `${module.number} ${module.title}` : id;
}
