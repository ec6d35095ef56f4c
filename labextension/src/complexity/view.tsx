import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { PredictionForm } from './form';
import { Head } from './head';
import type { IPrediction, Predicted } from './prediction';
import { Progress } from './progress';
import { FORMAT_VERSION, RESOURCES, type IComplexity } from './result';
import { Revealed } from './revealed';
import type { Reading } from './read';
import { headline, joined, resourceName } from './texts';

/** What the view needs to know about the prediction, and what it can do with it. */
export interface IAsking {
  asks: boolean;
  prediction: IPrediction | null;
  predict: (predicted: Predicted) => void;
  skip: () => void;
  forget: () => void;
}

export interface IComplexityViewProps {
  reading: Reading;
  /** The output's own HTML, sanitized, shown where we cannot show better; null if there is none. */
  fallbackHTML: string | null;
  asking: IAsking;
  trans: TranslationBundle;
}

/** Everything under a cell that was swept over sizes. */
export function ComplexityView(props: IComplexityViewProps): JSX.Element {
  const { reading, asking, trans } = props;
  if (reading.kind === 'complexity') {
    return (
      <SweepView result={reading.complexity} asking={asking} trans={trans} />
    );
  }
  const sentence =
    reading.kind === 'newer'
      ? trans.__(
          'This result was saved by a newer tinytorch-lab (format %1, this one reads %2). Update tinytorch-lab to see all of it.',
          reading.version,
          FORMAT_VERSION
        )
      : trans.__(
          'This result cannot be shown: its field "%1" is missing or damaged. Run the cell again.',
          reading.field
        );
  return (
    <section className="tt-Measure" data-state="unreadable">
      <p className="tt-Measure-unreadable">{sentence}</p>
      {props.fallbackHTML !== null && (
        <div
          className="jp-RenderedHTMLCommon"
          dangerouslySetInnerHTML={{ __html: props.fallbackHTML }}
        />
      )}
    </section>
  );
}

export interface ISweepViewProps {
  result: IComplexity;
  asking: IAsking;
  trans: TranslationBundle;
}

/** While it asks, nothing of the answer is in the page: only what the sweep is doing. */
function SweepView(props: ISweepViewProps): JSX.Element {
  const { result, asking, trans } = props;
  const ref = useFocusAfterAsking(asking.asks);
  const running = result.state === 'running';
  return (
    <section
      ref={ref}
      tabIndex={-1}
      className="tt-Measure tt-Complexity"
      data-state={result.state}
      data-asks={asking.asks}
      aria-label={trans.__('Complexity of this cell')}
      aria-busy={running}
    >
      <Head result={result} asking={asking} trans={trans} />
      {(running || asking.asks) && <Progress result={result} trans={trans} />}
      {asking.asks ? (
        <PredictionForm
          result={result}
          onPredict={asking.predict}
          onSkip={asking.skip}
          trans={trans}
        />
      ) : (
        <Revealed {...props} />
      )}
      <p className="tt-sr-only" aria-live="polite">
        {announcement(result, asking.asks, trans)}
      </p>
    </section>
  );
}

/** The form that had the focus is gone after the answer: the result takes it, so that the keyboard goes on from here. */
function useFocusAfterAsking(asks: boolean): React.RefObject<HTMLElement> {
  const ref = React.useRef<HTMLElement>(null);
  const asked = React.useRef(asks);
  React.useLayoutEffect(() => {
    // What had the focus and is removed leaves it to the body.
    if (asked.current && !asks && document.activeElement === document.body) {
      ref.current?.focus({ preventScroll: true });
    }
    asked.current = asks;
  }, [asks]);
  return ref;
}

/** Changes only with the state, so that a screen reader speaks a few times a run and not with every update. */
function announcement(
  result: IComplexity,
  asks: boolean,
  trans: TranslationBundle
): string {
  const running = result.state === 'running';
  if (asks) {
    return running
      ? trans.__('A sweep is running. Predict how the cost will grow.')
      : trans.__('The sweep has ended. Predict, or skip, to see its result.');
  }
  if (running) {
    return trans.__(
      'Measuring how cost grows with %1.',
      joined(result.names, trans)
    );
  }
  return RESOURCES.flatMap(resource => {
    const growth = result[resource];
    return growth === null
      ? []
      : `${resourceName(resource, trans)} ${headline(growth, result.names, trans)}.`;
  }).join(' ');
}
