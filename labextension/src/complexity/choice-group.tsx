import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { inTermsOf, powerClass } from './classes';
import { MathText } from './math-text';

/** Exponents that can be typed; the first one shown is none of the classes. */
const FIRST_POWER = 1.5;
const MOST = 9;

export interface IChoiceGroupProps {
  legend: string;
  /** Whether there is a group for each of several sizes, with longer legends. */
  several: boolean;
  /** Name of the size that the classes are written with. */
  name: string;
  /** Classes in n. */
  options: string[];
  chosen: string | null;
  onChoose: (growth: string) => void;
  trans: TranslationBundle;
}

/** Radio buttons for one class of growth; the last one is a power that can be typed. */
export function ChoiceGroup(props: IChoiceGroupProps): JSX.Element {
  const { name, chosen, onChoose, trans } = props;
  const group = React.useId();
  const [other, setOther] = React.useState(false);
  const [power, setPower] = React.useState(FIRST_POWER);
  const chooseOther = (exponent: number) => {
    setOther(true);
    setPower(exponent);
    onChoose(powerClass(exponent));
  };
  return (
    <fieldset className="tt-Choices" data-several={props.several}>
      <legend>{props.legend}</legend>
      {props.options.map(option => (
        <label key={option} className="tt-Choice">
          <input
            type="radio"
            name={group}
            value={option}
            checked={!other && chosen === option}
            onChange={() => {
              setOther(false);
              onChoose(option);
            }}
          />
          <MathText text={inTermsOf(option, [name])} />
        </label>
      ))}
      <span className="tt-Choice">
        <label>
          <input
            type="radio"
            name={group}
            value="other"
            aria-label={trans.__('another power of %1', name)}
            checked={other}
            onChange={() => chooseOther(power)}
          />
          {name}
        </label>
        <input
          type="number"
          className="tt-Choice-power"
          aria-label={trans.__('exponent of %1', name)}
          min={0}
          max={MOST}
          step={0.1}
          value={power}
          onFocus={() => chooseOther(power)}
          onChange={event => {
            const exponent = event.target.valueAsNumber;
            if (exponent >= 0 && exponent <= MOST) {
              chooseOther(exponent);
            }
          }}
        />
      </span>
    </fieldset>
  );
}
