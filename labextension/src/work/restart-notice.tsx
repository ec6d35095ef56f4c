import React from 'react';

import type { IPartProps } from './module-view';

/** Why running kernels must restart, and the button that restarts them. */
export function RestartNotice(
  props: IPartProps & { reason: string }
): JSX.Element {
  const { work, actions, reason, trans } = props;
  return (
    <div className="tt-Notice" data-kind="warning" role="status">
      <p>
        {reason}{' '}
        {trans.__(
          'Kernels that run already keep what they have imported, until they restart. Their variables are lost then.'
        )}
      </p>
      <div className="tt-Notice-buttons">
        <button
          type="button"
          className="jp-mod-styled jp-mod-warn"
          onClick={actions.restartKernels}
        >
          {trans.__('Restart Kernels')}
        </button>
        <button
          type="button"
          className="jp-mod-styled jp-mod-minimal"
          onClick={() => work.dismissRestart()}
        >
          {trans.__('Later')}
        </button>
      </div>
    </div>
  );
}
