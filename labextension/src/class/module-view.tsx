import { UseSignal } from '@jupyterlab/ui-components';
import React from 'react';

import { errorsOf, fileName, nameOf, needsDecision, warningsOf } from './data';
import { ChangedCells } from './decision';
import { FaultList } from './faults';
import type { IClassViewProps, IModulePartProps } from './panel-props';
import { PointsTable } from './points';
import { ReleaseButtons } from './release-buttons';
import { ReleaseRunView } from './run-view';
import { submissionsInText, stateText, studentsHave } from './texts';

/** The selected module: its state, the way out to students, and what stands in it. */
export function ClassModuleView(props: IClassViewProps): JSX.Element {
  const { model, releases } = props;
  return (
    <UseSignal signal={model.stateChanged}>
      {() => (
        <UseSignal signal={releases.stateChanged}>
          {() => <Content {...props} />}
        </UseSignal>
      )}
    </UseSignal>
  );
}

function Content(props: IClassViewProps): JSX.Element {
  const { model, releases, trans } = props;
  const module = model.selected;
  if (module === null) {
    return (
      <p className="tt-Navigator-quiet">{trans.__('No module is selected.')}</p>
    );
  }
  const part = { ...props, module };
  const run = releases.run(module.id);
  return (
    <section className="tt-Work tt-ClassModule" aria-label={nameOf(module)}>
      <About {...part} />
      <ReleaseButtons {...part} />
      <SubmissionsNotice {...part} />
      {run !== null && <ReleaseRunView {...part} run={run} />}
      <Faults {...part} />
      <PointsTable {...part} />
      <p className="tt-ClassModule-note">
        {trans.__(
          'Solutions are no secret in this course: the library can be read. Grades rest on your hidden tests and on written answers.'
        )}
      </p>
    </section>
  );
}

function About(props: IModulePartProps): JSX.Element {
  const { module, actions, trans } = props;
  const have = studentsHave(module, trans);
  return (
    <div className="tt-About">
      <h3>{nameOf(module)}</h3>
      <p className="tt-About-state">{stateText(module, trans)}</p>
      {have !== null && <p>{have}</p>}
      <p>
        {module.path === null ? (
          <code>{fileName(module)}</code>
        ) : (
          <button
            type="button"
            className="tt-Link"
            title={trans.__('Open %1', module.file)}
            onClick={() => actions.openFile(module, 0)}
          >
            {fileName(module)}
          </button>
        )}
      </p>
    </div>
  );
}

/** Said before anybody presses the button. */
function SubmissionsNotice(props: IModulePartProps): JSX.Element | null {
  const { module, trans } = props;
  return needsDecision(module) ? (
    <div className="tt-Notice" data-kind="warning">
      <p>{submissionsInText(module, trans)}</p>
      <ChangedCells {...props} />
      <p>{trans.__('Release asks what is to become of submissions.')}</p>
    </div>
  ) : null;
}

function Faults(props: IModulePartProps): JSX.Element {
  const { module, trans } = props;
  return (
    <>
      <FaultList
        {...props}
        label={trans.__('Faults')}
        faults={errorsOf(module.faults)}
      />
      <FaultList
        {...props}
        label={trans.__('Warnings')}
        faults={warningsOf(module.faults)}
      />
    </>
  );
}
