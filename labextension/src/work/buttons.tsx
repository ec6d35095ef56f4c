import { ellipsesIcon } from '@jupyterlab/ui-components';
import React from 'react';

import type { IPartProps } from './module-view';

/** Test and Complete; the others behind a menu. */
export function Buttons(props: IPartProps): JSX.Element {
  const { course, work, actions, module, trans } = props;
  const running = work.running !== null;
  // The button that leads on stands out; nothing does when the module is complete.
  const mayComplete = ['tests pass', 'changed'].includes(module.state);
  const mayTest = !mayComplete && module.state !== 'complete';
  const style = (stands: boolean) =>
    stands ? 'jp-mod-styled jp-mod-accept' : 'jp-mod-styled';
  return (
    <div
      className="tt-Work-buttons"
      role="group"
      aria-label={trans.__('Actions')}
    >
      {course.front?.id !== module.id && (
        <button
          type="button"
          className="jp-mod-styled"
          onClick={() => actions.open(module)}
        >
          {trans.__('Open')}
        </button>
      )}
      <button
        type="button"
        className={style(mayTest)}
        disabled={running}
        title={trans.__('Run the tests of your notebook in a fresh kernel')}
        onClick={() => actions.test(module)}
      >
        {trans.__('Test')}
      </button>
      <button
        type="button"
        className={style(mayComplete)}
        disabled={running}
        title={trans.__(
          'Test, then let later modules run on your code of this one'
        )}
        onClick={() => actions.complete(module)}
      >
        {trans.__('Complete')}
      </button>
      <button
        type="button"
        className="tt-Work-more jp-mod-styled jp-mod-minimal"
        aria-label={trans.__('More actions')}
        aria-haspopup="menu"
        title={trans.__('More actions')}
        onClick={event => actions.more(module, event.currentTarget)}
      >
        <ellipsesIcon.react tag="span" />
      </button>
    </div>
  );
}
