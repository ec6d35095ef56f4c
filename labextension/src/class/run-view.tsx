import React from 'react';

import { Dismiss } from '../parts/dismiss';
import { RunProgress } from '../parts/run-progress';
import { RunResult } from '../parts/run-result';
import { errorsOf, newFaults, warningsOf } from './data';
import { FaultList } from './faults';
import type { IModulePartProps } from './panel-props';
import type { IReleaseRun } from './run';
import { endText, stepText } from './texts';

type IRunProps = IModulePartProps & { run: IReleaseRun };

/** A release while it runs, and how it ended. */
export function ReleaseRunView(props: IRunProps): JSX.Element {
  const { run, releases, module, trans } = props;
  const running = run.state === 'running';
  const text = endText(run, trans);
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
      <RunResult sentences={text === '' ? [] : [text]} />
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
      {!running && (
        <Dismiss onClick={() => releases.dismiss(run.module)} trans={trans} />
      )}
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
  const onClick = () => releases.cancel();
  return (
    <RunProgress
      text={stepText(run, trans)}
      label={trans.__('Steps of the release')}
      number={run.number}
      total={run.total}
      cancel={{ label: trans.__('Cancel'), onClick }}
    />
  );
}
