import type { IStateDB } from '@jupyterlab/statedb';

import { place } from '../place';
import type { OutlineModel } from './outline-model';

/**
 * Keeps which hints have been shown in JupyterLab's own state, so that a reload does not take them back. Not in the
 * notebook: it is the student's work, and looking at a hint changes nothing in it.
 */
export async function keepHints(
  outline: OutlineModel,
  state: Pick<IStateDB, 'fetch' | 'save'>
): Promise<void> {
  const key = `tinytorch-lab:hints:${place()}`;
  outline.restoreHints(await state.fetch(key));
  let kept = outline.hints;
  outline.stateChanged.connect(() => {
    if (outline.hints !== kept) {
      kept = outline.hints;
      void state.save(key, kept);
    }
  });
}
