import React from 'react';

import type { IOutcome } from '../course/outcome';
import { RunProgress } from '../parts/run-progress';
import { RunResult } from '../parts/run-result';
import type { IPartProps } from './module-view';
import { hasCompleted, notPassed, type IRun } from './run';
import { resultText, runningText } from './run-texts';

/** Failed tests that are shown at once: a student mends one at a time. */
const FIRST = 3;

/** A run while it goes on, and its results afterwards. */
export function RunView(props: IPartProps & { run: IRun }): JSX.Element {
  const { run, trans } = props;
  const running = run.state === 'running';
  return (
    <section
      className="tt-Run"
      aria-label={trans.__('Tests')}
      aria-busy={running}
      data-state={tone(run)}
    >
      {running && <Running {...props} />}
      <RunResult sentences={resultText(run, trans)} />
      <Outcomes {...props} />
    </section>
  );
}

/** How it went, for the colour of the mark: only what is whole is green. */
function tone(run: IRun): string {
  const { tested } = run;
  if (run.state !== 'done' || tested === null) {
    return run.state;
  }
  const whole =
    run.kind === 'complete'
      ? hasCompleted(run)
      : tested.passed === tested.total && tested.total > 0;
  return whole ? 'passed' : 'failed';
}

function Running(props: IPartProps & { run: IRun }): JSX.Element {
  const { run, work, trans } = props;
  const onClick = () => work.cancel();
  return (
    <RunProgress
      text={runningText(run, trans)}
      label={trans.__('Tests that have ended')}
      number={run.number}
      total={run.total}
      cancel={{ label: trans.__('Cancel'), onClick }}
    />
  );
}

/** The tests that did not pass, each with what came back and the way to its cell. */
function Outcomes(props: IPartProps & { run: IRun }): JSX.Element | null {
  const { run, trans } = props;
  const [all, setAll] = React.useState(false);
  const outcomes = notPassed(run);
  const shown = all ? outcomes : outcomes.slice(0, FIRST);
  const rest = outcomes.length - shown.length;
  return outcomes.length === 0 ? null : (
    <>
      <ul className="tt-Outcomes" aria-label={trans.__('Not passed')}>
        {shown.map(outcome => (
          <Outcome key={outcome.gradeId} {...props} outcome={outcome} />
        ))}
      </ul>
      {rest > 0 && (
        <button
          type="button"
          className="tt-Run-all tt-Link"
          onClick={() => setAll(true)}
        >
          {trans._n('%1 test more', '%1 tests more', rest)}
        </button>
      )}
    </>
  );
}

function Outcome(props: IPartProps & { outcome: IOutcome }): JSX.Element {
  const { outcome, actions, module, trans } = props;
  return (
    <li className="tt-Outcome" data-state={outcome.state}>
      <div className="tt-Outcome-head">
        <button
          type="button"
          className="tt-Link"
          title={trans.__('Go to this test')}
          onClick={() => actions.jump(module, outcome.cellId)}
        >
          {outcome.gradeId}
        </button>
        <span className="tt-Outcome-points">
          {trans._n('%1 point', '%1 points', outcome.points)}
        </span>
      </div>
      <p>{outcome.message}</p>
      {outcome.causeId !== '' && (
        <button
          type="button"
          className="tt-Outcome-cause tt-Link"
          onClick={() => actions.jump(module, outcome.causeId)}
        >
          {trans.__('Go to that cell')}
        </button>
      )}
      {outcome.traceback !== '' && (
        <details>
          <summary>{trans.__('Traceback')}</summary>
          <pre tabIndex={0}>{outcome.traceback}</pre>
        </details>
      )}
    </li>
  );
}
