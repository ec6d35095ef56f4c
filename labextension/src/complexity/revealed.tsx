import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { formatSeconds } from '../format';
import { Disclosure } from '../result/disclosure';
import { inTermsOf } from './classes';
import { Extrapolation } from './extrapolation';
import { GrowthPanel } from './growth-panel';
import { MathText } from './math-text';
import { PointsTable } from './points-table';
import { costOf, RESOURCES, type IComplexity, type Resource } from './result';
import { resourceName } from './texts';
import type { IAsking, ISweepViewProps } from './view';

/** The result in the open: while it runs the points so far, at the end the answer. */
export function Revealed(props: ISweepViewProps): JSX.Element {
  const { result, asking, trans } = props;
  const [along, setAlong] = React.useState<string | null>(null);
  const [reach, setReach] = React.useState<number | null>(null);
  const name = result.names.find(each => each === along) ?? result.names[0];
  if (name === undefined) {
    return <></>;
  }
  return (
    <>
      <Predicted result={result} asking={asking} trans={trans} />
      {result.names.length > 1 && (
        <SizeSwitch
          names={result.names}
          name={name}
          onChange={next => {
            setAlong(next);
            setReach(null);
          }}
          trans={trans}
        />
      )}
      <div className="tt-Complexity-panels">
        {shownResources(result).map(resource => (
          <GrowthPanel
            key={resource}
            result={result}
            resource={resource}
            name={name}
            prediction={asking.prediction}
            reach={reach}
            trans={trans}
          />
        ))}
      </div>
      <Extrapolation
        key={`${name} ${result.started}`}
        result={result}
        name={name}
        onReach={setReach}
        trans={trans}
      />
      <Words result={result} trans={trans} />
      <PointsTable result={result} trans={trans} />
      <Remarks result={result} trans={trans} />
    </>
  );
}

function shownResources(result: IComplexity): Resource[] {
  return RESOURCES.filter(
    resource =>
      result[resource] !== null ||
      result.points.some(point => costOf(point, resource) !== null)
  );
}

function SizeSwitch(props: {
  names: string[];
  name: string;
  onChange: (name: string) => void;
  trans: TranslationBundle;
}): JSX.Element {
  const { trans } = props;
  return (
    <div
      className="tt-SizeSwitch"
      role="group"
      aria-label={trans.__('The size that the plots follow')}
    >
      <span>{trans.__('Along')}</span>
      {props.names.map(name => (
        <button
          key={name}
          type="button"
          aria-pressed={name === props.name}
          onClick={() => props.onChange(name)}
        >
          {name}
        </button>
      ))}
    </div>
  );
}

/** While it runs, what was predicted; the answer is compared with it at the end. */
function Predicted(props: {
  result: IComplexity;
  asking: IAsking;
  trans: TranslationBundle;
}): JSX.Element | null {
  const { result, asking, trans } = props;
  const { prediction } = asking;
  if (result.state !== 'running' || prediction === null || prediction.skipped) {
    return null;
  }
  const said = RESOURCES.flatMap(resource => {
    const growth = prediction[resource];
    const name = resourceName(resource, trans).toLowerCase();
    return growth === null ? [] : `${name} ${inTermsOf(growth, result.names)}`;
  });
  return (
    <p className="tt-Complexity-predicted">
      <MathText
        text={trans.__(
          'You predicted: %1. The answer comes when the sweep has ended.',
          said.join(', ')
        )}
      />
    </p>
  );
}

function Words(props: {
  result: IComplexity;
  trans: TranslationBundle;
}): JSX.Element | null {
  const { result, trans } = props;
  const sentences = RESOURCES.flatMap(
    resource => result[resource]?.sentences ?? []
  );
  return sentences.length === 0 ? null : (
    <Disclosure
      title={trans.__('In words')}
      className="tt-Complexity-words"
      folded
    >
      {sentences.map((sentence, index) => (
        <p key={index}>
          <MathText text={sentence} />
        </p>
      ))}
    </Disclosure>
  );
}

/** Why it ended, and how to read the figures. */
function Remarks(props: {
  result: IComplexity;
  trans: TranslationBundle;
}): JSX.Element | null {
  const { result, trans } = props;
  const took =
    result.state === 'running'
      ? []
      : [
          trans.__('The sweep took %1.', formatSeconds(result.progress.spent_s))
        ];
  const remarks = [
    ...(result.stopped === null ? [] : [result.stopped.text]),
    ...took,
    ...result.notes
  ];
  return remarks.length === 0 ? null : (
    <ul className="tt-Measure-notes">
      {remarks.map((remark, index) => (
        <li key={index}>{remark}</li>
      ))}
    </ul>
  );
}
