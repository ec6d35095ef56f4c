import {
  refreshIcon,
  ToolbarButtonComponent,
  UseSignal
} from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import {
  courseProgress,
  nextModule,
  type ICourse,
  type IModule
} from './course';
import type { CourseModel } from './model';
import { buildsText, measuresText, missingText, stateText } from './texts';
import { CourseTree } from './tree';

export interface INavigatorViewProps {
  model: CourseModel;
  onOpen: (moduleId: string) => void;
  trans: TranslationBundle;
}

/** The whole panel. */
export function NavigatorView(props: INavigatorViewProps): JSX.Element {
  const { model, trans } = props;
  return (
    <UseSignal signal={model.stateChanged}>
      {() => (
        <section
          className="tt-Navigator"
          aria-label={trans.__('TinyTorch course')}
          aria-busy={model.isLoading}
        >
          <Header {...props} />
          {model.error !== null && (
            <Problem text={model.error} retry={model} trans={trans} />
          )}
          <Body {...props} />
        </section>
      )}
    </UseSignal>
  );
}

function Header(props: INavigatorViewProps): JSX.Element {
  const { model, trans } = props;
  const course = model.course?.folder ? model.course : null;
  return (
    <header className="tt-Navigator-header">
      <div className="tt-Navigator-top">
        <h2>{trans.__('TinyTorch')}</h2>
        <ToolbarButtonComponent
          icon={refreshIcon}
          tooltip={trans.__('Refresh the course')}
          onClick={() => void model.refresh()}
        />
      </div>
      {course !== null && <Progress course={course} trans={trans} />}
      {course !== null && <Continue {...props} course={course} />}
    </header>
  );
}

function Progress(props: {
  course: ICourse;
  trans: TranslationBundle;
}): JSX.Element {
  const { complete, total } = courseProgress(props.course);
  const text = props.trans.__('%1 of %2 modules complete', complete, total);
  return (
    <>
      <div
        className="tt-Navigator-bar"
        role="progressbar"
        aria-label={props.trans.__('Progress of the course')}
        aria-valuemin={0}
        aria-valuemax={total}
        aria-valuenow={complete}
        aria-valuetext={text}
      >
        <span style={{ width: `${(100 * complete) / Math.max(1, total)}%` }} />
      </div>
      <p className="tt-Navigator-progress" aria-hidden="true">
        {text}
      </p>
    </>
  );
}

function Continue(
  props: INavigatorViewProps & { course: ICourse }
): JSX.Element | null {
  const { trans } = props;
  const next = nextModule(props.course);
  if (next === null) {
    return null;
  }
  const name = `${next.number} ${next.title}`;
  return (
    <button
      type="button"
      className="tt-Navigator-continue jp-mod-styled jp-mod-accept"
      onClick={() => props.onOpen(next.id)}
    >
      {next.state === 'in progress'
        ? trans.__('Continue with %1', name)
        : trans.__('Start %1', name)}
    </button>
  );
}

function Body(props: INavigatorViewProps): JSX.Element | null {
  const { model, trans } = props;
  const [attended, setAttended] = React.useState<string | null>(null);
  const course = model.course;
  if (course === null) {
    return model.isLoading ? (
      <p className="tt-Navigator-quiet">{trans.__('Loading the course…')}</p>
    ) : null;
  }
  if (course.folder === null) {
    return <NoFolder problem={course.problem} trans={trans} />;
  }
  const module =
    course.modules.find(({ id }) => id === attended) ?? nextModule(course);
  return (
    <>
      {course.problem !== null && (
        <Problem text={course.problem} retry={model} trans={trans} />
      )}
      <CourseTree
        course={course}
        opening={model.opening}
        onOpen={({ id, state }) => state !== 'unavailable' && props.onOpen(id)}
        onAttend={({ id }) => setAttended(id)}
        trans={trans}
      />
      {module && <About course={course} module={module} trans={trans} />}
    </>
  );
}

/**
 * What the tooltip says, where the keyboard finds it too. It stays when the pointer leaves: coming and going would
 * move the rows under the pointer. Rows carry the same words as their description.
 */
function About(props: {
  course: ICourse;
  module: IModule;
  trans: TranslationBundle;
}): JSX.Element {
  const { course, module, trans } = props;
  const missing = missingText(course, module, trans);
  return (
    <footer className="tt-About" aria-hidden="true">
      <h3>{`${module.number} ${module.title}`}</h3>
      <p className="tt-About-state">{stateText(module, trans)}</p>
      <p>{buildsText(module, trans)}</p>
      <p>{measuresText(module, trans)}</p>
      {missing !== null && <p className="tt-About-missing">{missing}</p>}
    </footer>
  );
}

function NoFolder(props: {
  problem: string | null;
  trans: TranslationBundle;
}): JSX.Element {
  const { trans } = props;
  return (
    <div className="tt-Navigator-empty">
      <h3>{trans.__('No student folder here')}</h3>
      {props.problem !== null && <p role="alert">{props.problem}</p>}
      <p>
        {trans.__(
          'The lessons live in a student folder, and JupyterLab was not started in one. Make one in a terminal:'
        )}
      </p>
      <pre>tinytorch-lab new DIR</pre>
      <p>{trans.__('Then start JupyterLab in it:')}</p>
      <pre>{'cd DIR\ntinytorch-lab lab'}</pre>
      <p>
        {trans.__(
          'Measuring works without it: the stopwatch in the toolbar of each cell.'
        )}
      </p>
    </div>
  );
}

function Problem(props: {
  text: string;
  retry: CourseModel;
  trans: TranslationBundle;
}): JSX.Element {
  return (
    <div className="tt-Navigator-problem" role="alert">
      <p>{props.text}</p>
      <button
        type="button"
        className="jp-mod-styled jp-mod-minimal"
        onClick={() => void props.retry.refresh()}
      >
        {props.trans.__('Try again')}
      </button>
    </div>
  );
}
