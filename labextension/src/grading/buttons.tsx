import React from 'react';

import { handedIn, NOT_GRADED } from './data';
import { Foldable } from './foldable';
import { Items } from './items';
import type { IGradingPartProps } from './props';

/** What can be done with the submissions, in the order in which it is done. */
export function GradingButtons(props: IGradingPartProps): JSX.Element {
  const { model, submissions, trans } = props;
  const busy = model.activity !== null;
  const rows = handedIn(submissions);
  const fresh = rows.filter(row => row.state === NOT_GRADED).length;
  return (
    <div
      className="tt-Grading-buttons"
      role="group"
      aria-label={trans.__('Actions')}
    >
      <Collect {...props} />
      <button
        type="button"
        className={`jp-mod-styled ${fresh > 0 ? 'jp-mod-accept' : ''}`}
        disabled={busy || rows.length === 0}
        title={trans.__(
          'Grade what was not graded yet, and what was handed in again'
        )}
        onClick={() => void model.grade([], false)}
      >
        {fresh > 0 ? trans.__('Grade %1 New', fresh) : trans.__('Grade New')}
      </button>
      <button
        type="button"
        className="jp-mod-styled"
        disabled={busy || rows.length === fresh}
        title={trans.__('After a test was mended: what changed is shown')}
        onClick={() => void model.grade([], true)}
      >
        {trans.__('Grade All Again')}
      </button>
      <button
        type="button"
        className="jp-mod-styled"
        disabled={busy || rows.length === fresh}
        title={trans.__(
          'A page for each student, in the exchange and as one ZIP'
        )}
        onClick={() => void model.feedback()}
      >
        {trans.__('Make Feedback')}
      </button>
      <Grades {...props} />
    </div>
  );
}

function Collect(props: IGradingPartProps): JSX.Element {
  const { model, actions, trans } = props;
  const input = React.useRef<HTMLInputElement>(null);
  const busy = model.activity !== null;
  return (
    <>
      <button
        type="button"
        className="jp-mod-styled"
        disabled={busy}
        title={trans.__(
          'Take in what students handed in through the nbgrader exchange'
        )}
        onClick={() => void model.collect(null)}
      >
        {trans.__('Collect')}
      </button>
      <button
        type="button"
        className="jp-mod-styled"
        disabled={busy}
        title={trans.__(
          'Take in a ZIP as your LMS exported it, or a file that a student made with: tinytorch-lab submit'
        )}
        onClick={() => input.current?.click()}
      >
        {trans.__('Collect a File…')}
      </button>
      <input
        ref={input}
        type="file"
        accept=".zip"
        hidden
        aria-label={trans.__('File from your LMS')}
        onChange={event => {
          const file = event.target.files?.[0];
          if (file !== undefined) {
            actions.collectFile(file);
          }
          // The same file can be chosen again.
          event.target.value = '';
        }}
      />
    </>
  );
}

function Grades(props: IGradingPartProps): JSX.Element {
  const { submissions, actions, trans } = props;
  return (
    <>
      <button
        type="button"
        className="jp-mod-styled"
        title={trans.__('The grades of this module as CSV, for your LMS')}
        onClick={() => actions.saveGrades(false)}
      >
        {trans.__('Grades as CSV')}
      </button>
      <button
        type="button"
        className="jp-mod-styled"
        title={trans.__('The same with pseudonyms instead of names')}
        onClick={() => actions.saveGrades(true)}
      >
        {trans.__('CSV without Names')}
      </button>
      {submissions.formgrader !== null && (
        <a
          className="tt-Grading-link"
          href={submissions.formgrader}
          target="_blank"
          rel="noreferrer"
          title={trans.__('Read and grade written answers in nbgrader')}
        >
          {trans.__('Formgrader')}
        </a>
      )}
      <Foldable label={trans.__('Tests…')}>
        {() => <Items {...props} />}
      </Foldable>
    </>
  );
}
