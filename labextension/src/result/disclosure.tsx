import { caretDownIcon, caretRightIcon } from '@jupyterlab/ui-components';
import React from 'react';

export interface IDisclosureProps {
  title: string;
  /** Short words beside the title, also seen when closed. */
  summary?: string;
  className: string;
  /** Whether it is folded at first; then it is the reader's. */
  folded?: boolean;
  children: React.ReactNode;
}

/** A part of the result that can be folded. */
export function Disclosure(props: IDisclosureProps): JSX.Element {
  const [open, setOpen] = React.useState(props.folded !== true);
  const bodyId = React.useId();
  const caret = open ? caretDownIcon : caretRightIcon;
  return (
    <div className={`tt-Disclosure ${props.className}`}>
      <div className="tt-Disclosure-head">
        <button
          type="button"
          className="tt-Disclosure-button"
          aria-expanded={open}
          aria-controls={bodyId}
          onClick={() => setOpen(!open)}
        >
          <caret.react tag="span" />
          {props.title}
        </button>
        {props.summary && (
          <span className="tt-Disclosure-summary">{props.summary}</span>
        )}
      </div>
      <div id={bodyId} className="tt-Disclosure-body" hidden={!open}>
        {props.children}
      </div>
    </div>
  );
}
