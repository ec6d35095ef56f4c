import React from 'react';

import type { Source } from '../course/course';
import type { IPartProps } from './module-view';
import { feedbackText } from './feedback-text';

/** Whose code later modules run on; what else is there for this module: a newer lesson, feedback. */
export function Library(props: IPartProps): JSX.Element {
  const { module, actions, work, trans } = props;
  return (
    <>
      {module.completed && <SourceChoice {...props} />}
      {module.update && (
        <div className="tt-Work-offer">
          <p>{trans.__('A newer version of this lesson is there.')}</p>
          <button
            type="button"
            className="jp-mod-styled"
            disabled={work.isBusy}
            onClick={() => actions.update(module)}
          >
            {trans.__('Update')}
          </button>
        </div>
      )}
      {module.feedback !== null && (
        <div className="tt-Work-offer">
          <p>{feedbackText(module, trans)}</p>
          <button
            type="button"
            className="jp-mod-styled"
            onClick={() => actions.feedback(module)}
          >
            {trans.__('Read It')}
          </button>
        </div>
      )}
    </>
  );
}

function SourceChoice(props: IPartProps): JSX.Element {
  const { module, trans } = props;
  const choices: [Source, string][] = [
    ['mine', trans.__('Mine')],
    ['reference', trans.__('Reference')]
  ];
  return (
    <fieldset className="tt-SourceChoice" disabled={props.work.isBusy}>
      <legend>{trans.__('Later modules run on')}</legend>
      {choices.map(([source, name]) => (
        <label key={source} data-chosen={module.source === source}>
          <input
            type="radio"
            name={`tt-source-${module.id}`}
            checked={module.source === source}
            onChange={() => props.actions.use(module, source === 'mine')}
          />
          {name}
        </label>
      ))}
    </fieldset>
  );
}
