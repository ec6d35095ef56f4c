/** How the cell was measured, in a few words. Pure. */

import type { TranslationBundle } from '@jupyterlab/translation';

import { formatSeconds } from '../format';
import type { IMeasurement } from '../measurement';
import { tracingEnded } from './tile-texts';

export function modeText(m: IMeasurement, trans: TranslationBundle): string {
  if (m.mode === 'repeat') {
    return repeatText(m, trans);
  }
  if (!m.traced) {
    return trans.__('one run, not traced');
  }
  return tracingEnded(m)
    ? trans.__('one run, traced for %1', formatSeconds(m.traced_s))
    : trans.__('one run, with tracing');
}

/** While it runs, which run it is. */
function repeatText(m: IMeasurement, trans: TranslationBundle): string {
  if (m.state === 'running') {
    return trans.__('run %1', m.runs.length + 1);
  }
  const untraced = m.runs.filter(run => !run.traced).length;
  const words = trans._n(
    '%1 untraced run',
    '%1 untraced runs',
    untraced,
    untraced
  );
  return m.runs.some(run => run.traced)
    ? trans.__('%1, then a traced one', words)
    : words;
}
