import React from 'react';

export interface IRunProgressProps {
  /** What goes on, in words. */
  text: string;
  /** What the bar counts. */
  label: string;
  /** How far it is; 0 of 0 as long as that is not known. */
  number: number;
  total: number;
  /** The button that ends it, if it can be ended. */
  cancel?: { label: string; onClick: () => void };
}

/** The head of something that runs: what it is at, the button that ends it, and the bar. */
export function RunProgress(props: IRunProgressProps): JSX.Element {
  const { text, number, total, cancel } = props;
  return (
    <>
      <div className="tt-Run-head">
        <p>{text}</p>
        {cancel && (
          <button
            type="button"
            className="jp-mod-styled"
            onClick={cancel.onClick}
          >
            {cancel.label}
          </button>
        )}
      </div>
      <progress
        aria-label={props.label}
        aria-valuetext={text}
        {...(total > 0 ? { max: total, value: number } : {})}
      />
    </>
  );
}
