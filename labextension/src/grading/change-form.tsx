import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { LAST, timeZone } from './local-time';
import type { IChangeForm } from './use-change';

export interface IChangeFormProps {
  /** For screen readers. */
  label: string;
  /** Where the change is. */
  change: IChangeForm;
  onSave: () => Promise<string | null>;
  onClose: () => void;
  /** Buttons beside those that every form has. */
  more?: React.ReactNode;
  children: React.ReactNode;
  trans: TranslationBundle;
}

/** Fields with Cancel and Save. What was written stays when the server refuses it, with the reason. */
export function ChangeForm(props: IChangeFormProps): JSX.Element {
  const { change, onSave, onClose, trans } = props;
  const { error, isSaving, save } = change;
  const submit = (event: React.FormEvent) => {
    event.preventDefault();
    void save(onSave);
  };
  return (
    <form className="tt-LateForm" aria-label={props.label} onSubmit={submit}>
      {props.children}
      {error !== null && <p role="alert">{error}</p>}
      <div className="tt-Grading-buttons">
        <button type="button" className="jp-mod-styled" onClick={onClose}>
          {trans.__('Cancel')}
        </button>
        {props.more}
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

/** A time by the reader's clock. */
export function TimeField(props: {
  value: string;
  onChange: (value: string) => void;
  isRequired: boolean;
  trans: TranslationBundle;
}): JSX.Element {
  const { value, onChange, isRequired, trans } = props;
  return (
    <label>
      {trans.__('Due, by your clock (%1)', timeZone())}
      <input
        type="datetime-local"
        max={LAST}
        className="jp-mod-styled"
        required={isRequired}
        autoFocus
        value={value}
        onChange={event => onChange(event.target.value)}
      />
    </label>
  );
}
