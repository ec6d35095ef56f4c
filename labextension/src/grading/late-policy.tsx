import React from 'react';

import { ChangeForm, TimeField } from './change-form';
import type { IPolicy, IPolicyChanges } from './data';
import { Foldable } from './foldable';
import { localInput, withOffset } from './local-time';
import type { IGradingPartProps } from './props';
import { policyText } from './texts';
import { useChange } from './use-change';

/** When the module is due and what lateness costs, and the way to change it. */
export function LatePolicy(props: IGradingPartProps): JSX.Element {
  const { submissions, trans } = props;
  return (
    <div className="tt-LatePolicy">
      <p>{policyText(submissions.policy, trans)}</p>
      <Foldable label={trans.__('Late Work…')}>
        {close => <PolicyForm {...props} onClose={close} />}
      </Foldable>
    </div>
  );
}

/** The fields as their inputs hold them; empty: there is none. */
interface IFields {
  due: string;
  percentPerDay: string;
  capPercent: string;
}

function PolicyForm(
  props: IGradingPartProps & { onClose: () => void }
): JSX.Element {
  const { model, submissions, name, onClose, trans } = props;
  const [given] = React.useState(() => fieldsOf(submissions.policy));
  const [fields, setFields] = React.useState(given);
  const change = useChange(onClose);
  const set = (other: Partial<IFields>) => setFields({ ...fields, ...other });
  const save = async () => {
    const changes = changesOf(given, fields);
    return Object.keys(changes).length === 0
      ? null
      : model.changePolicy(changes);
  };
  return (
    <ChangeForm
      {...{ change, onClose, trans }}
      label={trans.__('Late work')}
      onSave={save}
    >
      <fieldset>
        <legend>{name}</legend>
        <TimeField
          value={fields.due}
          onChange={due => set({ due })}
          isRequired={false}
          trans={trans}
        />
      </fieldset>
      <fieldset>
        <legend>{trans.__('All modules')}</legend>
        <Percent
          label={trans.__('Percent a day')}
          value={fields.percentPerDay}
          onChange={percentPerDay => set({ percentPerDay })}
        />
        <Percent
          label={trans.__('Percent at most')}
          value={fields.capPercent}
          onChange={capPercent => set({ capPercent })}
        />
      </fieldset>
    </ChangeForm>
  );
}

function Percent(props: {
  label: string;
  value: string;
  onChange: (value: string) => void;
}): JSX.Element {
  return (
    <label>
      {props.label}
      <input
        type="number"
        className="jp-mod-styled"
        min={0}
        max={100}
        step="any"
        value={props.value}
        onChange={event => props.onChange(event.target.value)}
      />
    </label>
  );
}

function fieldsOf(policy: IPolicy): IFields {
  const { due, percentPerDay, capPercent } = policy;
  return {
    due: due === null ? '' : localInput(due),
    percentPerDay: String(percentPerDay),
    capPercent: String(capPercent)
  };
}

/** Only what the reader has changed: the rest may be other by now than it was shown. */
function changesOf(given: IFields, fields: IFields): IPolicyChanges {
  const number = (text: string) => (text === '' ? null : Number(text));
  const { due, percentPerDay, capPercent } = fields;
  return {
    ...(due !== given.due && { due: due === '' ? null : withOffset(due) }),
    ...(percentPerDay !== given.percentPerDay && {
      percentPerDay: number(percentPerDay)
    }),
    ...(capPercent !== given.capPercent && { capPercent: number(capPercent) })
  };
}
