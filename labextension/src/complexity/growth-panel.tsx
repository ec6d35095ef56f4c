import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { inTermsOf } from './classes';
import { comparison, comparisonLine, type IComparison } from './compared';
import { costAt } from './extrapolate';
import { Facts } from './facts';
import { MathText } from './math-text';
import { Plot } from './plot';
import { curveOf, plotData } from './plot-data';
import type { IPrediction } from './prediction';
import type { IComplexity, IGrowth, Resource } from './result';
import { confidenceText, headline, joined, resourceName } from './texts';

export interface IGrowthPanelProps {
  result: IComplexity;
  resource: Resource;
  /** The size on the plot's axis. */
  name: string;
  prediction: IPrediction | null;
  /** Size that the extrapolation stands on; null: at the largest measured one. */
  reach: number | null;
  trans: TranslationBundle;
}

/** How time or memory grows: the answer, the prediction beside it, the plot, the figures. */
export function GrowthPanel(props: IGrowthPanelProps): JSX.Element {
  const { result, resource, prediction, trans } = props;
  const growth = result[resource];
  const compared = comparison(result, resource, prediction, trans);
  const title = resourceName(resource, trans);
  return (
    <section className="tt-Growth" data-resource={resource} aria-label={title}>
      <p className="tt-Growth-head">
        <span className="tt-Growth-name">{title}</span>{' '}
        {growth !== null && (
          <strong data-decided={growth.decided}>
            <MathText text={headline(growth, result.names, trans)} />
          </strong>
        )}
        {growth === null && result.state !== 'running' && (
          <strong data-decided="false">
            {trans.__('too few points to tell')}
          </strong>
        )}
      </p>
      {growth !== null && (
        <Confidence growth={growth} names={result.names} trans={trans} />
      )}
      {compared !== null && <Compared comparison={compared} />}
      <GrowthPlot {...props} />
      {growth !== null && (
        <Facts
          result={result}
          growth={growth}
          resource={resource}
          predicted={compared?.predicted ?? null}
          trans={trans}
        />
      )}
    </section>
  );
}

function Confidence(props: {
  growth: IGrowth;
  names: string[];
  trans: TranslationBundle;
}): JSX.Element {
  const { growth, trans } = props;
  const { confidence } = growth;
  return (
    <p className="tt-Growth-confidence">
      <span className="tt-Meter" aria-hidden="true">
        <span
          data-sure={confidence >= 0.9}
          style={{ width: `${100 * Math.min(1, Math.max(0, confidence))}%` }}
        />
      </span>
      {confidenceText(confidence, trans)}
      {!growth.decided && (
        <span className="tt-Growth-guess">
          <MathText
            text={trans.__(
              'best guess: %1',
              inTermsOf(growth.best, props.names)
            )}
          />
        </span>
      )}
    </p>
  );
}

const MARKS = { agrees: '✓', open: '?', differs: '✗' };

function Compared(props: { comparison: IComparison }): JSX.Element {
  const { verdict, text, figure } = props.comparison;
  return (
    <p className="tt-Verdict" data-verdict={verdict}>
      <span className="tt-Verdict-mark" aria-hidden="true">
        {MARKS[verdict]}
      </span>
      <span>
        <MathText text={figure === null ? text : `${text} ${figure}`} />
      </span>
    </p>
  );
}

function GrowthPlot(props: IGrowthPanelProps): JSX.Element | null {
  const { result, resource, name, prediction, trans } = props;
  const line = comparisonLine(result, resource, name, prediction);
  const data = plotData(result, name, resource, line, props.reach);
  if (data === null) {
    return null;
  }
  const curve = curveOf(result[resource], name);
  const size = props.reach ?? NaN;
  const cost = curve === null ? null : costAt(curve, size);
  const others = Object.entries(curve?.others ?? {}).map(
    ([other, value]) => `${other} = ${value}`
  );
  const parts = [
    trans.__('measured'),
    ...(data.fit === null ? [] : [trans.__('fit')]),
    ...(data.predicted === null ? [] : [trans.__('prediction')])
  ];
  return (
    <figure className="tt-Growth-plot">
      <Plot
        data={data}
        resource={resource}
        reach={cost === null ? null : { size, cost: cost.value }}
        label={trans.__(
          '%1 over %2, both logarithmic: %3',
          resourceName(resource, trans),
          name,
          joined(parts, trans)
        )}
      />
      <figcaption className="tt-Growth-legend">
        <span data-key="point">{trans.__('measured')}</span>
        {data.fit !== null && <span data-key="fit">{trans.__('fit')}</span>}
        {data.predicted !== null && (
          <span data-key="predicted">{trans.__('your prediction')}</span>
        )}
        {others.length > 0 && (
          <span>{trans.__('at %1', others.join(', '))}</span>
        )}
      </figcaption>
    </figure>
  );
}
