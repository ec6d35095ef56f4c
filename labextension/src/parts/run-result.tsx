import React from 'react';

/** How a run ended, sentence by sentence. There while it runs too, empty: screen readers announce what comes into it. */
export function RunResult(props: { sentences: string[] }): JSX.Element {
  return (
    <div className="tt-Run-result" role="status">
      {props.sentences.map(sentence => (
        <p key={sentence}>{sentence}</p>
      ))}
    </div>
  );
}
