import React from 'react';

import type { ISubmission } from './data';
import { Foldable } from './foldable';
import { LAST, localInput, timeZone, withOffset } from './local-time';
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
  const { error, isSaving, save } = useChange(onClose);
  const submit = (event: React.FormEvent) => {
    event.preventDefault();
    void save(() => model.extend(student, withOffset(until)));
  };
  return (
    <form
      aria-label={trans.__('Extension of %1', studentText(row))}
      onSubmit={submit}
    >
      <label>
        {trans.__('Due, by your clock (%1)', timeZone())}
        <input
          type="datetime-local"
          max={LAST}
          className="jp-mod-styled"
          required
          autoFocus
          value={until}
          onChange={event => setUntil(event.target.value)}
        />
      </label>
      {error !== null && <p role="alert">{error}</p>}
      <div className="tt-Grading-buttons">
        <button type="button" className="jp-mod-styled" onClick={onClose}>
          {trans.__('Cancel')}
        </button>
        {extension !== null && (
          <button
            type="button"
            className="jp-mod-styled"
            disabled={isSaving}
            onClick={() => void save(() => model.extend(student, null))}
          >
            {trans.__('Take Away')}
          </button>
        )}
        <button
          type="submit"
          className="jp-mod-styled jp-mod-accept"
          disabled={isSaving}
        >
          {trans.__('Save')}
        </button>
      </div>
    </form>
  );
}
