import { Dialog, ReactWidget, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { nameOf, type Decision, type IClassModule } from './data';
import { decisionTexts, submissionsInText } from './texts';

interface IDecisionProps {
  module: IClassModule;
  trans: TranslationBundle;
}

/** Asks what is to become of submissions that are in; null if the reader does not release. */
export async function askDecision(
  module: IClassModule,
  trans: TranslationBundle
): Promise<Decision | null> {
  const answer = await showDialog({
    title: trans.__('Release %1, with submissions in?', nameOf(module)),
    body: ReactWidget.create(<DecisionQuestion {...{ module, trans }} />),
    buttons: [
      Dialog.cancelButton(),
      Dialog.warnButton({
        label: trans.__('New Edition'),
        actions: ['edition']
      }),
      ...(module.reshaped.length > 0
        ? []
        : [
            Dialog.okButton({
              label: trans.__('Keep Submissions'),
              actions: ['mend']
            })
          ])
    ],
    // Enter shall not decide about other people's work.
    defaultButton: 0
  });
  const [action] = answer.button.actions;
  return action === 'edition' || action === 'mend' ? action : null;
}

/** What has changed, and the two things that can become of submissions. */
export function DecisionQuestion(props: IDecisionProps): JSX.Element {
  const { module, trans } = props;
  const { mend, edition } = decisionTexts(module, trans);
  return (
    <div className="tt-Decision">
      <p>{submissionsInText(module, trans)}</p>
      <ChangedCells {...props} />
      <ul>
        <li>{mend}</li>
        <li>{edition}</li>
      </ul>
    </div>
  );
}

/** The graded cells that differ from what was released. */
export function ChangedCells(props: IDecisionProps): JSX.Element {
  const { module, trans } = props;
  return (
    <ul
      className="tt-ClassModule-cells"
      aria-label={trans.__('Changed graded cells')}
    >
      {module.changedGraded.map(cell => (
        <li key={cell}>
          <code>{cell}</code>
        </li>
      ))}
    </ul>
  );
}
