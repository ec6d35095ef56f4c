import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

export interface IFirstScreenProps {
  /** What the server says about the folder. */
  problem: string | null;
  isBusy: boolean;
  onMake: () => void;
  trans: TranslationBundle;
}

/** Where there is no student folder: what it is, and a button that makes it. */
export function FirstScreen(props: IFirstScreenProps): JSX.Element {
  const { problem, isBusy, trans } = props;
  return (
    <div className="tt-FirstScreen">
      <h3>{trans.__('Begin the course')}</h3>
      <p>
        {trans.__(
          'You build a deep-learning framework in twenty modules, measure every step, and run history on it. Your notebooks live in a folder of your own.'
        )}
      </p>
      <button
        type="button"
        className="jp-mod-styled jp-mod-accept"
        disabled={isBusy}
        onClick={props.onMake}
      >
        {isBusy ? trans.__('Making the folder…') : trans.__('Make My Folder')}
      </button>
      <p>
        {trans.__(
          'It is called "course" and stands where JupyterLab was started. Nothing that is there is changed.'
        )}
      </p>
      {problem !== null && (
        <p className="tt-FirstScreen-problem" role="status">
          {problem}
        </p>
      )}
      <p>
        {trans.__(
          'Measuring works without it: the stopwatch in the toolbar of each cell.'
        )}
      </p>
    </div>
  );
}
