import { UseSignal } from '@jupyterlab/ui-components';
import React from 'react';

import { Problem } from '../parts/problem';
import { RunProgress } from '../parts/run-progress';
import { GradingButtons } from './buttons';
import { firstNames } from './data';
import { EndedView } from './ended';
import { LatePolicy } from './late-policy';
import type { IGradingPartProps, IGradingViewProps } from './props';
import { SubmissionTable } from './table';
import { activityText, summaryText } from './texts';

/** The submissions of one module: what can be done with them, how that goes, and what came of each. */
export function GradingView(props: IGradingViewProps): JSX.Element {
  const { model, name, trans } = props;
  return (
    <UseSignal signal={model.stateChanged}>
      {() => (
        <section
          className="tt-Grading"
          aria-label={trans.__('Submissions')}
          aria-busy={model.activity !== null}
        >
          <h2>{trans.__('%1: submissions', name)}</h2>
          {model.error !== null && (
            <Problem
              text={model.error}
              onRetry={() => void model.refresh()}
              trans={trans}
            />
          )}
          {model.submissions === null ? (
            <p role="status">
              {model.error === null ? trans.__('Reading the submissions…') : ''}
            </p>
          ) : (
            <Content {...props} submissions={model.submissions} />
          )}
        </section>
      )}
    </UseSignal>
  );
}

function Content(props: IGradingPartProps): JSX.Element {
  const { submissions, trans } = props;
  return (
    <>
      <p className="tt-Grading-sum">{summaryText(submissions, trans)}</p>
      <LatePolicy {...props} />
      <GradingButtons {...props} />
      <Activity {...props} />
      <EndedView {...props} />
      <Outdated {...props} />
      <Unprotected {...props} />
      <SubmissionTable {...props} busy={props.model.activity !== null} />
    </>
  );
}

function Activity(props: IGradingPartProps): JSX.Element | null {
  const { model, trans } = props;
  const { activity } = model;
  if (activity === null) {
    return null;
  }
  const { kind, number, total } = activity;
  const stop = { label: trans.__('Stop'), onClick: () => model.cancel() };
  return (
    <div className="tt-Run" data-state="running">
      <RunProgress
        text={activityText(activity, trans)}
        label={trans.__('Submissions that are done')}
        number={number}
        total={total}
        {...(kind !== 'collect' && { cancel: stop })}
      />
      {activity.said !== '' && (
        <p className="tt-Grading-said">{activity.said}</p>
      )}
    </div>
  );
}

/** Tests have changed since some were graded: nothing is done about it without being asked. */
function Outdated(props: IGradingPartProps): JSX.Element | null {
  const { model, submissions, trans } = props;
  const { outdated } = submissions;
  const { first, more } = firstNames(outdated);
  return outdated.length === 0 ? null : (
    <div className="tt-Notice" data-kind="warning">
      <p>
        {trans._n(
          '%1 was graded with earlier tests: %2.',
          '%1 were graded with earlier tests: %2.',
          outdated.length,
          more === 0 ? first : trans.__('%1 and %2 more', first, more)
        )}
      </p>
      <div className="tt-Notice-buttons">
        <button
          type="button"
          className="jp-mod-styled"
          disabled={model.activity !== null}
          onClick={() => void model.grade(outdated, true)}
        >
          {trans.__('Grade Them Again')}
        </button>
      </div>
    </div>
  );
}

/** Which layers this machine lacks: said before anything is graded, not only in the log. */
function Unprotected(props: IGradingPartProps): JSX.Element | null {
  const { submissions, trans } = props;
  const { unprotected } = submissions;
  return unprotected.length === 0 ? null : (
    <details className="tt-Notice" data-kind="warning">
      <summary>
        {trans._n(
          'Submissions run in a process of their own with limits, but %1 layer of isolation is missing on this machine.',
          'Submissions run in a process of their own with limits, but %1 layers of isolation are missing on this machine.',
          unprotected.length
        )}
      </summary>
      <ul>
        {unprotected.map(sentence => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </details>
  );
}
