/** What is said where the instructor's feedback is there. Pure. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { IModule } from '../course/course';

/** With the grade, if the feedback names one. */
export function feedbackText(
  module: Pick<IModule, 'grade'>,
  trans: TranslationBundle
): string {
  const { grade } = module;
  return grade === null
    ? trans.__('Feedback from your instructor is there.')
    : trans.__(
        'Graded: %1 of %2 points. Feedback from your instructor is there.',
        shown(grade.points),
        shown(grade.maxPoints)
      );
}

/** Points may be parts; nobody wants to see 7.00. */
function shown(points: number): string {
  return String(Number(points.toFixed(2)));
}
