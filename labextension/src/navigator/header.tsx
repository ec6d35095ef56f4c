import {
  fileUploadIcon,
  refreshIcon,
  ToolbarButtonComponent,
  UseSignal
} from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { courseProgress, type ICourse } from '../course/course';
import { fullName, sumText } from './texts';
import type { INavigatorViewProps } from './view';

/** How far the student is, and the button that goes on. */
export function HeaderView(props: INavigatorViewProps): JSX.Element {
  const { model, actions, trans } = props;
  return (
    <UseSignal signal={model.stateChanged}>
      {() => (
        <header className="tt-Navigator-header">
          <div className="tt-Navigator-top">
            <h2>{trans.__('TinyTorch')}</h2>
            {model.course?.folder && (
              <ToolbarButtonComponent
                icon={fileUploadIcon}
                tooltip={trans.__('Update from a file of your course')}
                onClick={actions.updateFrom}
              />
            )}
            <ToolbarButtonComponent
              icon={refreshIcon}
              tooltip={trans.__('Refresh the course')}
              onClick={() => void model.refresh()}
            />
          </div>
          {model.course?.folder && (
            <>
              <Progress course={model.course} trans={trans} />
              <GoOn {...props} />
            </>
          )}
        </header>
      )}
    </UseSignal>
  );
}

function Progress(props: {
  course: ICourse;
  trans: TranslationBundle;
}): JSX.Element {
  const { course, trans } = props;
  const progress = courseProgress(course);
  const { complete, total } = progress;
  const text = trans.__('%1 of %2 modules complete', complete, total);
  return (
    <>
      <div
        className="tt-Navigator-bar"
        role="progressbar"
        aria-label={trans.__('Progress of the course')}
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
      <p
        className="tt-Navigator-progress"
        title={trans.__(
          'Points of the tests as they last ran; written answers are graded by a person.'
        )}
      >
        {sumText(progress, trans)}
      </p>
    </>
  );
}

function GoOn(props: INavigatorViewProps): JSX.Element | null {
  const { model, actions, trans } = props;
  const next = model.next;
  if (next === null) {
    return null;
  }
  return (
    <button
      type="button"
      className="tt-Navigator-continue jp-mod-styled jp-mod-accept"
      onClick={actions.goOn}
    >
      {next.state === 'ready' && next.id !== model.last
        ? trans.__('Start %1', fullName(next))
        : trans.__('Continue with %1', fullName(next))}
    </button>
  );
}
