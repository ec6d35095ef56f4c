import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { IClassModule } from './data';
import { editionText } from './texts';

/** What happens to submissions that are in, before anything is done. */
export function EditionQuestion(props: {
  module: IClassModule;
  trans: TranslationBundle;
}): JSX.Element {
  const { module, trans } = props;
  return (
    <div className="tt-Edition">
      <p>{editionText(module, trans)}</p>
      <ChangedCells {...props} />
    </div>
  );
}

/** The graded cells that differ from what was released. */
export function ChangedCells(props: {
  module: IClassModule;
  trans: TranslationBundle;
}): JSX.Element {
  const { module, trans } = props;
  return (
    <ul
      className="tt-ClassModule-cells"
      aria-label={trans.__('Changed graded cells')}
    >
      {module.changedGraded.map(cell => (
        <li key={cell}>
          <code>{cell}</code>
        </li>
      ))}
    </ul>
  );
}
