import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

/** Something that is wrong with the whole of it, the course or the class, in the server's words. */
export function Problem(props: {
  text: string;
  onRetry: () => void;
  trans: TranslationBundle;
}): JSX.Element {
  return (
    <div className="tt-Navigator-problem" role="alert">
      <p>{props.text}</p>
      <button
        type="button"
        className="jp-mod-styled jp-mod-minimal"
        onClick={props.onRetry}
      >
        {props.trans.__('Try again')}
      </button>
    </div>
  );
}
