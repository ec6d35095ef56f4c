import React from 'react';

/** A form that a button unfolds below itself. When it folds, the keyboard is back on the button. */
export function Foldable(props: {
  label: string;
  children: (close: () => void) => JSX.Element;
}): JSX.Element {
  const [open, setOpen] = React.useState(false);
  const button = React.useRef<HTMLButtonElement>(null);
  const form = React.useId();
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        className="jp-mod-styled"
        aria-expanded={open}
        aria-controls={form}
        onClick={() => setOpen(!open)}
      >
        {props.label}
      </button>
      {open && (
        <div
          id={form}
          className="tt-Foldable"
          onKeyDown={event => event.key === 'Escape' && close()}
        >
          {props.children(close)}
        </div>
      )}
    </>
  );
}
