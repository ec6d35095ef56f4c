import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { ICourse } from '../course/course';
import type { CourseModel } from '../course/model';
import { AskedSection } from '../parts/asked-section';
import { Problem } from '../parts/problem';
import { FirstScreen } from './first-screen';
import { useFirstPaint } from './paint';
import { CourseTree } from './tree';

/** What a click in the course does. */
export interface ICourseActions {
  open: (module: string) => void;
  openMilestone: (milestone: string) => void;
  /** Goes on where the user left off. */
  goOn: () => void;
  makeFolder: () => void;
  /** Asks for a release and brings it into the folder. */
  updateFrom: () => void;
}

export interface INavigatorViewProps {
  model: CourseModel;
  actions: ICourseActions;
  trans: TranslationBundle;
}

/** The modules and milestones, or what stands in their place. */
export function CourseView(props: INavigatorViewProps): JSX.Element {
  const { model, trans } = props;
  return (
    <AskedSection
      model={model}
      className="tt-Navigator"
      label={trans.__('Course')}
      trans={trans}
    >
      {() => <Body {...props} />}
    </AskedSection>
  );
}

function Body(props: INavigatorViewProps): JSX.Element | null {
  const { model, trans } = props;
  const course = model.course;
  if (course === null) {
    return model.isLoading ? (
      <p className="tt-Navigator-quiet" role="status">
        {trans.__('Loading the course…')}
      </p>
    ) : null;
  }
  if (course.folder === null) {
    return (
      <FirstScreen
        problem={course.problem}
        isBusy={model.isLoading}
        onMake={props.actions.makeFolder}
        trans={trans}
      />
    );
  }
  return (
    <>
      {course.problem !== null && (
        <Problem
          text={course.problem}
          onRetry={() => void model.refresh()}
          trans={trans}
        />
      )}
      <Modules {...props} course={course} />
    </>
  );
}

/** The tree with its search. */
function Modules(
  props: INavigatorViewProps & { course: ICourse }
): JSX.Element {
  const { model, course, actions, trans } = props;
  const [query, setQuery] = React.useState('');
  useFirstPaint();
  return (
    <>
      <div className="tt-Navigator-search">
        <input
          type="search"
          className="jp-mod-styled"
          aria-label={trans.__('Search modules')}
          placeholder={trans.__('Search modules')}
          value={query}
          onChange={event => setQuery(event.target.value)}
          onKeyDown={event => event.key === 'Escape' && setQuery('')}
        />
      </div>
      <CourseTree
        course={course}
        query={query.trim()}
        opening={model.opening}
        selected={model.selected?.id ?? null}
        onOpen={({ id, state }) => state !== 'unavailable' && actions.open(id)}
        onOpenMilestone={({ id }) => actions.openMilestone(id)}
        onSelect={({ id }) => model.select(id)}
        trans={trans}
      />
    </>
  );
}
