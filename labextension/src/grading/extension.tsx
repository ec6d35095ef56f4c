import React from 'react';

import { ChangeForm, TimeField } from './change-form';
import type { ISubmission } from './data';
import { Foldable } from './foldable';
import { localInput, withOffset } from './local-time';
import type { IGradingPartProps } from './props';
import { studentText } from './texts';
import { useChange } from './use-change';

type IExtensionProps = IGradingPartProps & { row: ISubmission };

/** The way to give one student more time; nothing where the module has no due date to extend. */
export function Extension(props: IExtensionProps): JSX.Element | null {
  const { submissions, trans } = props;
  return submissions.policy.due === null ? null : (
    <Foldable label={trans.__('Extension…')}>
      {close => <ExtensionForm {...props} onClose={close} />}
    </Foldable>
  );
}

function ExtensionForm(
  props: IExtensionProps & { onClose: () => void }
): JSX.Element {
  const { model, submissions, row, onClose, trans } = props;
  const { student, extension } = row;
  const [until, setUntil] = React.useState(
    localInput(extension ?? submissions.policy.due ?? '')
  );
  const change = useChange(onClose);
  const takeAway = (
    <button
      type="button"
      className="jp-mod-styled"
      disabled={change.isSaving}
      onClick={() => void change.save(() => model.extend(student, null))}
    >
      {trans.__('Take Away')}
    </button>
  );
  return (
    <ChangeForm
      {...{ change, onClose, trans }}
      label={trans.__('Extension of %1', studentText(row))}
      onSave={() => model.extend(student, withOffset(until))}
      more={extension !== null && takeAway}
    >
      <TimeField value={until} onChange={setUntil} isRequired trans={trans} />
    </ChangeForm>
  );
}
