import { UseSignal } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ISignal } from '@lumino/signaling';
import React from 'react';

import { Problem } from './problem';

/** What was asked of the server. */
export interface IAskedModel {
  stateChanged: ISignal<unknown, void>;
  isLoading: boolean;
  /** Why the last request failed; null if it did not. */
  error: string | null;
  refresh(): Promise<void>;
}

export interface IAskedSectionProps {
  model: IAskedModel;
  className: string;
  label: string;
  heading?: string;
  /** Called anew for each state of the model. */
  children: () => React.ReactNode;
  trans: TranslationBundle;
}

/** Follows a model; why its last request failed stands above what is known from earlier ones. */
export function AskedSection(props: IAskedSectionProps): JSX.Element {
  const { model, trans } = props;
  return (
    <UseSignal signal={model.stateChanged}>
      {() => (
        <section
          className={props.className}
          aria-label={props.label}
          aria-busy={model.isLoading}
        >
          {props.heading !== undefined && <h2>{props.heading}</h2>}
          {model.error !== null && (
            <Problem
              text={model.error}
              onRetry={() => void model.refresh()}
              trans={trans}
            />
          )}
          {props.children()}
        </section>
      )}
    </UseSignal>
  );
}
