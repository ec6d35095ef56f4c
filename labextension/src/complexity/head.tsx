import { copyIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { copyText } from '../copy/clipboard';
import { useSilence } from '../result/state-line';
import { complexityText } from './copy-text';
import { growthIcon } from './icon';
import { stateText } from './texts';
import type { ISweepViewProps } from './view';

/** First line: what state the sweep is in; with the result also what can be done with it. */
export function Head(props: ISweepViewProps): JSX.Element {
  const { result, asking, trans } = props;
  const running = result.state === 'running';
  const silent = useSilence(result);
  return (
    <header className="tt-Measure-state">
      {running ? (
        <span
          className="tt-Measure-busy"
          data-silent={silent}
          aria-hidden="true"
        />
      ) : (
        <growthIcon.react tag="span" className="tt-Measure-icon" />
      )}
      <span className="tt-Measure-stateText">{stateText(result, trans)}</span>
      {!asking.asks && !running && <Tools {...props} />}
      {silent && (
        <p className="tt-Measure-silence">
          {trans.__(
            'No news for a while: the kernel is inside one long run, or it has stopped.'
          )}
        </p>
      )}
    </header>
  );
}

function Tools(props: ISweepViewProps): JSX.Element {
  const { result, asking, trans } = props;
  const [copied, setCopied] = React.useState(false);
  const onCopy = async () => {
    await copyText(complexityText(result, asking.prediction, trans));
    setCopied(true);
  };
  return (
    <div className="tt-Toolbar">
      <span className="tt-Toolbar-said" role="status">
        {copied && trans.__('Copied')}
      </span>
      {result.ask && asking.prediction !== null && (
        <button type="button" data-action="again" onClick={asking.forget}>
          {asking.prediction.skipped
            ? trans.__('Predict')
            : trans.__('Predict again')}
        </button>
      )}
      <button
        type="button"
        data-action="copy-text"
        title={trans.__('Copy as text')}
        onClick={() => void onCopy()}
        onBlur={() => setCopied(false)}
      >
        <copyIcon.react tag="span" />
        <span className="tt-Toolbar-label">{trans.__('Copy as text')}</span>
      </button>
    </div>
  );
}
