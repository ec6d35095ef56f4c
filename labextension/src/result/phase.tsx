import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

/** Whether it is of the way back. */
export function Phase(props: {
  phase: string;
  trans: TranslationBundle;
}): JSX.Element {
  return (
    <span className="tt-Phase" data-phase={props.phase}>
      {props.phase === 'backward'
        ? props.trans.__('backward')
        : props.trans.__('forward')}
    </span>
  );
}
