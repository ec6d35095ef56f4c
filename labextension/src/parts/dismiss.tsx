import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

/** The button below something that was said, for who has read it. */
export function Dismiss(props: {
  onClick: () => void;
  trans: TranslationBundle;
}): JSX.Element {
  return (
    <div className="tt-Notice-buttons">
      <button
        type="button"
        className="jp-mod-styled jp-mod-minimal"
        onClick={props.onClick}
      >
        {props.trans.__('Dismiss')}
      </button>
    </div>
  );
}
