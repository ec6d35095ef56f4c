import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

export interface IPagesProps<T> {
  rows: T[];
  /** What the rows are of: with another one, the list begins with its first page. */
  of: unknown;
  /** So many are drawn at once: of a thousand, the page would be slow to draw and to read. */
  size: number;
  children: (shown: T[]) => JSX.Element;
  trans: TranslationBundle;
}

/** A long list page by page, with the way to the next one above and below it. */
export function Pages<T>(props: IPagesProps<T>): JSX.Element {
  const { rows, of, size, children, trans } = props;
  const [at, setAt] = React.useState({ of, page: 0 });
  // The list may have become shorter.
  const last = Math.max(0, Math.ceil(rows.length / size) - 1);
  const page = at.of === of ? Math.min(at.page, last) : 0;
  const shown = rows.slice(page * size, (page + 1) * size);
  if (last === 0) {
    return children(shown);
  }
  const stepsAt = (isLive: boolean) => (
    <Steps
      {...{ page, last, isLive, trans }}
      onChange={to => setAt({ of, page: to })}
    >
      {trans.__(
        '%1 to %2 of %3',
        page * size + 1,
        page * size + shown.length,
        rows.length
      )}
    </Steps>
  );
  return (
    <>
      {stepsAt(true)}
      {children(shown)}
      {stepsAt(false)}
    </>
  );
}

/** Where the list is, and one page back or on. Buttons that lead nowhere keep the focus. */
function Steps(props: {
  page: number;
  last: number;
  /** Whether a screen reader announces it: one of two that say the same. */
  isLive: boolean;
  onChange: (page: number) => void;
  children: string;
  trans: TranslationBundle;
}): JSX.Element {
  const { page, last, isLive, onChange, trans } = props;
  const steps: [string, number][] = [
    [trans.__('Previous'), page - 1],
    [trans.__('Next'), page + 1]
  ];
  return (
    <div className="tt-Pages" role="group" aria-label={trans.__('Pages')}>
      <span aria-live={isLive ? 'polite' : 'off'}>{props.children}</span>
      {steps.map(([name, to]) => (
        <button
          key={name}
          type="button"
          className="jp-mod-styled"
          aria-disabled={to < 0 || to > last}
          onClick={() => onChange(Math.min(last, Math.max(0, to)))}
        >
          {name}
        </button>
      ))}
    </div>
  );
}
