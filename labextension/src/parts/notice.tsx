import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { Dismiss } from './dismiss';

export interface INoticeProps {
  /** Whether what was asked for was refused. */
  refused: boolean;
  onDismiss: () => void;
  children: React.ReactNode;
  trans: TranslationBundle;
}

/** What was answered to an action, until the reader has read it. */
export function Notice(props: INoticeProps): JSX.Element {
  const { refused, onDismiss, children, trans } = props;
  return (
    <div
      className="tt-Notice"
      data-kind={refused ? 'error' : 'info'}
      role={refused ? 'alert' : 'status'}
    >
      {children}
      <Dismiss onClick={onDismiss} trans={trans} />
    </div>
  );
}
