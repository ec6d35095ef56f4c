import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { ChoiceGroup } from './choice-group';
import { CLASSES, powerOf, productOf } from './classes';
import { keepKeys } from './keys';
import { NOTHING_PREDICTED, type Predicted } from './prediction';
import { RESOURCES, type IComplexity, type Resource } from './result';
import { resourceName } from './texts';

/** With several sizes, the powers of each one that are offered. */
const POWERS = ['1', 'n', 'n^2', 'n^3'];

/** Chosen class by resource and size. */
type Choices = Record<Resource, Record<string, string>>;

export interface IPredictionFormProps {
  result: IComplexity;
  onPredict: (predicted: Predicted) => void;
  onSkip: () => void;
  trans: TranslationBundle;
}

/** Asks how time and memory will grow, before the answer is shown. Each of the two may be left open. */
export function PredictionForm(props: IPredictionFormProps): JSX.Element {
  const { result, trans } = props;
  const titleId = React.useId();
  const [choices, setChoices] = React.useState<Choices>({
    time: {},
    memory: {}
  });
  const predicted = predictedBy(choices, result.names);
  const ready = isReady(predicted, choices);
  const onSubmit = (event: React.FormEvent) => {
    event.preventDefault();
    if (ready) {
      props.onPredict(predicted);
    }
  };
  return (
    <form
      className="tt-Predict"
      aria-labelledby={titleId}
      onSubmit={onSubmit}
      onKeyDown={keepKeys}
    >
      <p id={titleId} className="tt-Predict-title">
        {trans.__('Predict first: how will the cost grow?')}
      </p>
      <p className="tt-Predict-hint">
        {trans.__(
          'The answer stays hidden until you have predicted or skipped.'
        )}
      </p>
      {askedResources(result).map(resource => (
        <ResourceChoices
          key={resource}
          resource={resource}
          names={result.names}
          chosen={choices[resource]}
          onChoose={(name, growth) =>
            setChoices(now => ({
              ...now,
              [resource]: { ...now[resource], [name]: growth }
            }))
          }
          trans={trans}
        />
      ))}
      <Buttons ready={ready} onSkip={props.onSkip} trans={trans} />
    </form>
  );
}

function Buttons(props: {
  ready: boolean;
  onSkip: () => void;
  trans: TranslationBundle;
}): JSX.Element {
  const { trans } = props;
  return (
    <div className="tt-Predict-buttons">
      <button
        type="submit"
        className="jp-mod-styled jp-mod-accept"
        disabled={!props.ready}
      >
        {trans.__('Predict')}
      </button>
      <button
        type="button"
        className="jp-mod-styled jp-mod-reject"
        onClick={props.onSkip}
      >
        {trans.__('Skip')}
      </button>
    </div>
  );
}

interface IResourceChoicesProps {
  resource: Resource;
  names: string[];
  chosen: Record<string, string>;
  onChoose: (name: string, growth: string) => void;
  trans: TranslationBundle;
}

/** One row of classes, or with several sizes one row for each. */
function ResourceChoices(props: IResourceChoicesProps): JSX.Element {
  const { resource, names, trans } = props;
  const title = resourceName(resource, trans);
  return (
    <>
      {names.map(name => (
        <ChoiceGroup
          key={name}
          legend={
            names.length === 1 ? title : trans.__('%1, with %2', title, name)
          }
          several={names.length > 1}
          name={name}
          options={names.length === 1 ? [...CLASSES] : POWERS}
          chosen={props.chosen[name] ?? null}
          onChoose={growth => props.onChoose(name, growth)}
          trans={trans}
        />
      ))}
    </>
  );
}

/** While it runs all that is measured, since nobody knows yet what can be told. */
function askedResources(result: IComplexity): Resource[] {
  return result.state === 'running'
    ? result.measures
    : RESOURCES.filter(resource => result[resource] !== null);
}

/** With several sizes, a resource is predicted once all of its sizes are. */
function predictedBy(choices: Choices, names: string[]): Predicted {
  const predicted: Predicted = { ...NOTHING_PREDICTED };
  for (const resource of RESOURCES) {
    const chosen = names.map(name => choices[resource][name]);
    const [first] = chosen;
    if (names.length === 1) {
      predicted[resource] = first ?? null;
    } else if (chosen.every(growth => growth !== undefined)) {
      const powers = names.map((name, index) => [
        name,
        powerOf(chosen[index] ?? '') ?? 0
      ]);
      predicted[resource] = productOf(Object.fromEntries(powers));
    }
  }
  return predicted;
}

/** Something was said, and nothing by half. */
function isReady(predicted: Predicted, choices: Choices): boolean {
  const said = RESOURCES.filter(resource => predicted[resource] !== null);
  const begun = RESOURCES.filter(
    resource => Object.keys(choices[resource]).length > 0
  );
  return said.length > 0 && said.length === begun.length;
}
