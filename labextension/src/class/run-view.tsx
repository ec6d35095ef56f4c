import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { errorsOf, newFaults, warningsOf } from './data';
import { FaultList } from './faults';
import type { IModulePartProps } from './panel-props';
import type { IReleaseRun } from './run';
import { endText, stepText } from './texts';

type IRunProps = IModulePartProps & { run: IReleaseRun };

/** A release while it runs, and how it ended. */
export function ReleaseRunView(props: IRunProps): JSX.Element {
  const { run, module, trans } = props;
  const running = run.state === 'running';
  // What reading the file shows stands below; here is what only running it has shown.
  const faults = newFaults(run.faults, module.faults);
  return (
    <section
      className="tt-Run tt-ReleaseRun"
      aria-label={trans.__('Release')}
      aria-busy={running}
      data-state={tone(run)}
    >
      {running && <Running {...props} />}
      <Ended run={run} trans={trans} />
      <FaultList
        {...props}
        label={trans.__('Faults')}
        faults={errorsOf(faults)}
      />
      <FaultList
        {...props}
        label={trans.__('Warnings')}
        faults={warningsOf(faults)}
      />
      {!running && <Dismiss {...props} />}
    </section>
  );
}

function tone(run: IReleaseRun): string {
  switch (run.state) {
    case 'done':
      return 'passed';
    case 'refused':
      return 'failed';
    default:
      return run.state;
  }
}

function Running(props: IRunProps): JSX.Element {
  const { run, releases, trans } = props;
  const text = stepText(run, trans);
  return (
    <>
      <div className="tt-Run-head">
        <p>{text}</p>
        <button
          type="button"
          className="jp-mod-styled"
          onClick={() => releases.cancel()}
        >
          {trans.__('Cancel')}
        </button>
      </div>
      <progress
        aria-label={trans.__('Steps of the release')}
        aria-valuetext={text}
        {...(run.total > 0 ? { max: run.total, value: run.number } : {})}
      />
    </>
  );
}

/** There while it runs too, empty: screen readers announce what comes into it. */
function Ended(props: {
  run: IReleaseRun;
  trans: TranslationBundle;
}): JSX.Element {
  const text = endText(props.run, props.trans);
  return (
    <div className="tt-Run-result" role="status">
      {text !== '' && <p>{text}</p>}
    </div>
  );
}

function Dismiss(props: IRunProps): JSX.Element {
  const { run, releases, trans } = props;
  return (
    <div className="tt-Notice-buttons">
      <button
        type="button"
        className="jp-mod-styled jp-mod-minimal"
        onClick={() => releases.dismiss(run.module)}
      >
        {trans.__('Dismiss')}
      </button>
    </div>
  );
}
