import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { CourseModel } from '../course/model';

/** Something that is wrong with the course as a whole, in the server's words. */
export function Problem(props: {
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
