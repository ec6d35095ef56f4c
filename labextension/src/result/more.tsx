import React from 'react';

/** The button that shows all of a long list, or its beginning only. */
export function More(props: {
  all: boolean;
  onChange: (all: boolean) => void;
  /** What the button says while all are shown, and while only the first are. */
  texts: { less: string; more: string };
}): JSX.Element {
  const { all, onChange, texts } = props;
  return (
    <button
      type="button"
      className="tt-More"
      aria-expanded={all}
      onClick={() => onChange(!all)}
    >
      {all ? texts.less : texts.more}
    </button>
  );
}
