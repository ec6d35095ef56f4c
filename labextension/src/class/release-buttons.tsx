import React from 'react';

import { isOut } from './data';
import type { IModulePartProps } from './panel-props';
import { disabledReason, releaseLabel } from './texts';

/**
 * Release and Preview. Where Release can do nothing it says why, and stays in reach of the keyboard, so that the reason is
 * read out with it.
 */
export function ReleaseButtons(props: IModulePartProps): JSX.Element {
  const { module, releases, actions, trans } = props;
  const reason = disabledReason(module, releases.running, trans);
  const reasonId = React.useId();
  const stands = reason === null && module.state !== 'released';
  return (
    <div>
      <div
        className="tt-Work-buttons"
        role="group"
        aria-label={trans.__('Actions')}
      >
        <button
          type="button"
          className={`jp-mod-styled ${stands ? 'jp-mod-accept' : ''}`}
          aria-disabled={reason !== null}
          aria-describedby={reason === null ? undefined : reasonId}
          title={
            reason ??
            trans.__('Check, prove, strip solutions, and give it to students')
          }
          onClick={() => reason === null && actions.release(module)}
        >
          {releaseLabel(module, trans)}
        </button>
        <button
          type="button"
          className="jp-mod-styled"
          title={trans.__('What students get, beside what they have now')}
          onClick={() => actions.preview(module)}
        >
          {trans.__('Preview')}
        </button>
      </div>
      {isOut(module) && (
        <button
          type="button"
          className="tt-ClassModule-submissions jp-mod-styled"
          title={trans.__('Collect, grade, give feedback, export grades')}
          onClick={() => actions.submissions(module)}
        >
          {module.submissions === 0
            ? trans.__('Collect and Grade…')
            : trans.__('Submissions (%1)…', module.submissions)}
        </button>
      )}
      {reason !== null && (
        <p id={reasonId} className="tt-ClassModule-reason">
          {reason}
        </p>
      )}
    </div>
  );
}
