/** What the class panel says. Pure. */

import type { TranslationBundle } from '@jupyterlab/translation';

import {
  errorsOf,
  needsDecision,
  total,
  type IClassModule,
  type IFault,
  type IReleased
} from './data';
import type { IReleaseRun } from './run';

/** The state in words, e.g. "released, version 3 of 30 Nov 2026". */
export function stateText(
  module: IClassModule,
  trans: TranslationBundle
): string {
  const count = errorsOf(module.faults).length;
  switch (module.state) {
    case 'draft':
      return trans._n('draft, %1 fault', 'draft, %1 faults', count);
    case 'ready':
      return trans.__('ready to release');
    case 'released':
      return trans.__('released, %1', versionText(module, trans));
    case 'changed':
      return count === 0
        ? trans.__('changed since %1', versionText(module, trans))
        : trans._n(
            'changed since version %2, %1 fault',
            'changed since version %2, %1 faults',
            count,
            module.version ?? 0
          );
  }
}

/** The same in short, for a row: "Released v3". */
export function shortStateText(
  module: IClassModule,
  trans: TranslationBundle
): string {
  const { state, version } = module;
  if (version === null || state === 'draft' || state === 'ready') {
    return stateText(module, trans);
  }
  return state === 'released'
    ? trans.__('released v%1', version)
    : trans.__('changed since v%1', version);
}

/** "version 3 of 30 Nov 2026"; empty if nothing was released. */
function versionText(module: IClassModule, trans: TranslationBundle): string {
  const { version, at } = module;
  if (version === null) {
    return '';
  }
  return at === null
    ? trans.__('version %1', version)
    : trans.__('version %1 of %2', version, dateText(at));
}

/** A day in the reader's language; the text itself if it is no date. */
function dateText(at: string): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime())
    ? at
    : date.toLocaleDateString(undefined, { dateStyle: 'medium' });
}

/** What students have, where the state does not say it; null if it does. */
export function studentsHave(
  module: IClassModule,
  trans: TranslationBundle
): string | null {
  return module.version === null
    ? trans.__('Students have nothing of it yet.')
    : null;
}

/** What the button does. */
export function releaseLabel(
  module: IClassModule,
  trans: TranslationBundle
): string {
  return needsDecision(module) ? trans.__('Release…') : trans.__('Release');
}

/** Why the button does nothing; null if it works. */
export function disabledReason(
  module: IClassModule,
  running: IReleaseRun | null,
  trans: TranslationBundle
): string | null {
  if (running !== null) {
    return trans.__('%1 is being released.', running.module);
  }
  return module.reason === null
    ? null
    : trans.__('Release is off: %1.', module.reason);
}

function pointsText(module: IClassModule, trans: TranslationBundle): string {
  return trans._n('%1 point', '%1 points', total(module.points));
}

function submissionsText(
  module: IClassModule,
  trans: TranslationBundle
): string {
  return module.submissions === 0
    ? trans.__('no submissions')
    : trans._n('%1 submission', '%1 submissions', module.submissions);
}

/** "line 40, cell 7 (01-add)"; null for the file as a whole. */
export function placeText(
  fault: IFault,
  trans: TranslationBundle
): string | null {
  const places = [
    fault.line > 0 ? trans.__('line %1', fault.line) : null,
    fault.cell > 0 ? trans.__('cell %1', fault.cell) : null
  ].filter(place => place !== null);
  const name = fault.gradeId === '' ? '' : ` (${fault.gradeId})`;
  return places.length === 0 ? null : places.join(', ') + name;
}

/** While it goes on, e.g. "Step 3 of 10: proving". */
export function stepText(run: IReleaseRun, trans: TranslationBundle): string {
  return run.total > 0
    ? trans.__('Step %1 of %2: %3', run.number, run.total, run.step)
    : trans.__('Starting…');
}

/** How it ended; empty while it runs. */
export function endText(run: IReleaseRun, trans: TranslationBundle): string {
  switch (run.state) {
    case 'running':
      return '';
    case 'done':
      return run.released === null ? '' : releasedText(run.released, trans);
    case 'cancelled':
      return trans.__('Cancelled. Students have what they had.');
    default:
      return run.sentence;
  }
}

function releasedText(released: IReleased, trans: TranslationBundle): string {
  const { version, points } = released;
  return released.unchanged
    ? trans.__(
        'Nothing to do: students have exactly this already, as version %1.',
        version
      )
    : trans.__(
        'Released as version %1, with %2 points.',
        version,
        total(points)
      );
}

/** All about a row, for its tooltip and for screen readers. */
export function describe(
  module: IClassModule,
  trans: TranslationBundle
): string {
  return [
    studentsHave(module, trans),
    pointsText(module, trans),
    submissionsText(module, trans)
  ]
    .filter(text => text !== null)
    .join('\n');
}

/** What stands in the way of a release where submissions are in. */
export function submissionsInText(
  module: IClassModule,
  trans: TranslationBundle
): string {
  return trans._n(
    '%1 submission is in, and cells that count for its grade have changed since version %2:',
    '%1 submissions are in, and cells that count for their grades have changed since version %2:',
    module.submissions,
    module.version ?? 0
  );
}

/** The two things that can become of them. */
export function decisionTexts(
  module: IClassModule,
  trans: TranslationBundle
): { mend: string; edition: string } {
  return {
    mend:
      module.reshaped.length === 0
        ? trans.__(
            'Keep submissions: they are graded again with the tests as they are now. For a mended test.'
          )
        : trans.__(
            'They cannot be kept: %1 is new, gone, or of other points.',
            module.reshaped.join(', ')
          ),
    edition: trans.__(
      'New edition: they stay in editions/%1-%2 with the tests that they were written for, and the class begins without submissions.',
      module.id,
      module.version ?? 0
    )
  };
}
