import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { IReceipt, IUpdate } from '../course/answers';
import { Notice } from '../parts/notice';
import type { Said } from './model';
import type { IPartProps } from './module-view';

/** What the server answered to the last action: the receipt, what was updated, where the copy is, or why not. */
export function SaidView(props: IPartProps): JSX.Element | null {
  const { work, module, trans } = props;
  const said = work.said(module.id);
  if (said === null) {
    return null;
  }
  return (
    <Notice
      refused={said.kind === 'refused'}
      onDismiss={() => work.dismiss(module.id)}
      trans={trans}
    >
      <SaidText said={said} trans={trans} />
    </Notice>
  );
}

function SaidText(props: {
  said: Said;
  trans: TranslationBundle;
}): JSX.Element {
  const { said, trans } = props;
  switch (said.kind) {
    case 'refused':
      return <p>{said.text}</p>;
    case 'receipt':
      return <Receipt receipt={said.receipt} trans={trans} />;
    case 'updated':
      return <Updates updates={said.updates} trans={trans} />;
    case 'reset':
      return said.backup === null ? (
        <p>{trans.__('The notebook is as it was given.')}</p>
      ) : (
        <p>
          {trans.__('The notebook is as it was given. Your old one is kept:')}{' '}
          <code>{said.backup}</code>
        </p>
      );
  }
}

function Receipt(props: {
  receipt: IReceipt;
  trans: TranslationBundle;
}): JSX.Element {
  const { receipt, trans } = props;
  const rows: [string, string][] = [
    [trans.__('File'), receipt.file],
    [trans.__('At'), receipt.at],
    [trans.__('Tests'), receipt.tests],
    [trans.__('SHA-256'), receipt.sha256]
  ];
  return (
    <>
      <p>{trans.__('Your receipt. Hand in this file:')}</p>
      <dl className="tt-Receipt">
        {rows.map(([name, value]) => (
          <React.Fragment key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </React.Fragment>
        ))}
      </dl>
    </>
  );
}

function Updates(props: {
  updates: IUpdate[];
  trans: TranslationBundle;
}): JSX.Element {
  const { updates, trans } = props;
  return (
    <>
      <p>{trans.__('The update is done:')}</p>
      <ul className="tt-Updates">
        {updates.map(({ id, sentence, backup }) => (
          <li key={id}>
            <b>{id}</b> {sentence}
            {backup !== null && (
              <>
                {'. '}
                {trans.__('Your old one is kept:')} <code>{backup}</code>
              </>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
