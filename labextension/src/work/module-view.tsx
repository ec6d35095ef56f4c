import { UseSignal } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { ICourse, IModule } from '../course/course';
import type { CourseModel } from '../course/model';
import { AboutModule } from './about';
import type { IModuleActions } from './actions';
import { Buttons } from './buttons';
import { Library } from './library';
import type { WorkModel } from './model';
import { OutlineList } from './outline';
import type { OutlineModel } from './outline-model';
import { RestartNotice } from './restart-notice';
import { RunView } from './run-view';
import { SaidView } from './said';

export interface IModuleViewProps {
  course: CourseModel;
  work: WorkModel;
  outline: OutlineModel;
  actions: IModuleActions;
  trans: TranslationBundle;
}

/** The selected module: what it is about, what can be done with it, and how that went. */
export function ModuleView(props: IModuleViewProps): JSX.Element {
  const { course, work, outline } = props;
  return (
    <UseSignal signal={course.stateChanged}>
      {() => (
        <UseSignal signal={work.stateChanged}>
          {() => (
            <UseSignal signal={outline.stateChanged}>
              {() => <Content {...props} />}
            </UseSignal>
          )}
        </UseSignal>
      )}
    </UseSignal>
  );
}

/** What each part of the view is given. */
export interface IPartProps extends IModuleViewProps {
  all: ICourse;
  module: IModule;
}

function Content(props: IModuleViewProps): JSX.Element | null {
  const { course, work, outline, trans } = props;
  const module = course.selected;
  if (course.course === null || module === null) {
    return (
      <p className="tt-Navigator-quiet">{trans.__('No module is selected.')}</p>
    );
  }
  const part = { ...props, all: course.course, module };
  const run = work.run(module.id);
  const steps = outline.of(module.id);
  return (
    <section
      className="tt-Work"
      aria-label={`${module.number} ${module.title}`}
    >
      {work.restartReason !== null && (
        <RestartNotice {...part} reason={work.restartReason} />
      )}
      <AboutModule {...part} />
      {module.state !== 'unavailable' && (
        <>
          <Buttons {...part} />
          <SaidView {...part} />
          {run !== null && <RunView {...part} run={run} />}
          <Library {...part} />
          {steps !== null && module.problem === null && (
            <OutlineList {...part} outlined={steps} />
          )}
        </>
      )}
    </section>
  );
}
