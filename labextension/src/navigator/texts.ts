/** What the navigator says about a module or a milestone. Pure. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type {
  ICourse,
  ICourseProgress,
  IMilestone,
  IModule
} from '../course/course';
import { formatSeconds, threeDigits } from '../format';

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
    case 'tests pass':
      return trans.__('tests pass, not completed yet');
    case 'complete':
      return trans.__('complete');
    case 'changed':
      return trans.__('changed since it was completed');
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
  return trans.__(
    'Complete first: %1. You can open it all the same.',
    namesOf(course, module.missing)
  );
}

/** What a milestone waits for. */
export function milestoneText(
  course: ICourse,
  milestone: IMilestone,
  trans: TranslationBundle
): string {
  return milestone.missing.length === 0
    ? trans.__('Unlocked: it runs on the modules that you completed.')
    : trans.__(
        'Unlocks with: %1. You can open it all the same; until then it runs on the reference.',
        namesOf(course, milestone.missing)
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

/** How the last tests ended; null if there were none. */
export function testsText(
  module: IModule,
  trans: TranslationBundle
): string | null {
  const tests = module.tests;
  if (tests === null) {
    return null;
  }
  const { passed, total, points, maxPoints } = tests;
  return tests.stale
    ? trans.__(
        '%1 of %2 tests passed before your last change, %3 of %4 points',
        passed,
        total,
        points,
        maxPoints
      )
    : trans.__(
        '%1 of %2 tests pass, %3 of %4 points',
        passed,
        total,
        points,
        maxPoints
      );
}

/** The speed beside the reference; null before it was compared. */
export function speedText(
  module: IModule,
  trans: TranslationBundle
): string | null {
  const ratio = module.timesReference;
  return ratio === null
    ? null
    : trans.__('%1 times the time of the reference', threeDigits(ratio));
}

export function measuredText(
  seconds: number,
  trans: TranslationBundle
): string {
  return trans.__('%1 measured', formatSeconds(seconds));
}

/** The points and the time of the whole course. */
export function sumText(
  progress: ICourseProgress,
  trans: TranslationBundle
): string {
  const { points, maxPoints, measuredSeconds } = progress;
  const sum = trans.__('%1 of %2 points', points, maxPoints);
  return measuredSeconds > 0
    ? `${sum} · ${measuredText(measuredSeconds, trans)}`
    : sum;
}

/** All of it as one text: the tooltip, and the description for screen readers. */
export function describe(
  course: ICourse,
  module: IModule,
  trans: TranslationBundle
): string {
  return [
    buildsText(module, trans),
    measuresText(module, trans),
    testsText(module, trans),
    missingText(course, module, trans)
  ]
    .filter(text => text !== null)
    .join('\n');
}

export function fullName(module: IModule): string {
  return `${module.number} ${module.title}`;
}

function namesOf(course: ICourse, ids: string[]): string {
  return ids.map(id => moduleName(course, id)).join(', ');
}

/** "03 Layers"; the id itself for a module that the course does not list. */
function moduleName(course: ICourse, id: string): string {
  const module = course.modules.find(candidate => candidate.id === id);
  return module ? fullName(module) : id;
}
