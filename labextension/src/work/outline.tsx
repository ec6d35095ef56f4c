import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { IStep } from '../course/answers';
import { StepIcon } from '../navigator/state-icon';
import type { IPartProps } from './module-view';
import type { IOutline } from './outline-model';

/** The steps of the open module in order, below the headings of the notebook. */
export function OutlineList(
  props: IPartProps & { outlined: IOutline }
): JSX.Element {
  const { outlined, trans } = props;
  if (outlined.error !== null) {
    return (
      <p className="tt-About-problem" role="alert">
        {outlined.error}
      </p>
    );
  }
  const done = outlined.steps.filter(step => step.done).length;
  return (
    <section className="tt-Outline" aria-label={trans.__('Steps')}>
      <h4>{trans.__('Steps: %1 of %2 done', done, outlined.steps.length)}</h4>
      <ol>
        {outlined.steps.map((step, index) => {
          const isFirst = outlined.steps[index - 1]?.section !== step.section;
          return (
            <Step
              key={step.cellId}
              {...props}
              step={step}
              heading={isFirst ? step.section : ''}
            />
          );
        })}
      </ol>
    </section>
  );
}

function Step(
  props: IPartProps & { step: IStep; heading: string }
): JSX.Element {
  const { step, heading, actions, module, trans } = props;
  const state = step.done ? trans.__('done') : trans.__('not done yet');
  return (
    <li data-kind={step.kind} data-cell={step.cellId} data-done={step.done}>
      {heading !== '' && <h5>{heading}</h5>}
      <button
        type="button"
        className="tt-Step"
        title={trans.__('Go to this cell')}
        onClick={() => actions.jump(module, step.cellId)}
      >
        <StepIcon done={step.done} />
        <span className="tt-Step-title">{step.title}</span>
        <span className="tt-Step-kind">{kindText(step, trans)}</span>
        {step.points > 0 && (
          <span className="tt-Step-points">
            {step.points}
            <span className="tt-sr-only"> {trans.__('points')}</span>
          </span>
        )}
        <span className="tt-sr-only">, {state}</span>
      </button>
      {step.message !== '' && <p className="tt-Step-message">{step.message}</p>}
      {!step.done && <Hints {...props} />}
    </li>
  );
}

/** The hints of a step, one more with each click. */
function Hints(props: IPartProps & { step: IStep }): JSX.Element | null {
  const { step, outline, trans } = props;
  const shown = outline.hintsShown(step);
  const total = step.hints.length;
  if (total === 0) {
    return null;
  }
  return (
    <div className="tt-Hints">
      <div role="status">
        {step.hints.slice(0, shown).map((hint, index) => (
          <p key={index}>
            <b>{trans.__('Hint %1 of %2:', index + 1, total)}</b> {hint}
          </p>
        ))}
      </div>
      {shown < total && (
        <button
          type="button"
          className="tt-Link"
          onClick={() => outline.showHint(step)}
        >
          {shown === 0 ? trans.__('Show a hint') : trans.__('Next hint')}
          <span className="tt-sr-only"> {step.title}</span>
        </button>
      )}
    </div>
  );
}

function kindText(step: IStep, trans: TranslationBundle): string {
  switch (step.kind) {
    case 'build':
      return trans.__('Build');
    case 'measure':
      return trans.__('Measure');
    case 'understand':
      return trans.__('Understand');
  }
}
