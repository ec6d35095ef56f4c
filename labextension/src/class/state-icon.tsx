import React from 'react';

import type { ClassState } from './data';

const TICK = 'M5.2 8.2 7.2 10.2 10.9 6';
const MARK = 'M8 4.6V8.8M8 10.4V11.6';

/**
 * Each state has its own shape, so that it can be told without colours: a broken ring with an exclamation mark (draft),
 * an empty ring (ready), a disc with a tick (released), a ring with a dot (changed since).
 */
export function ClassStateIcon(props: { state: ClassState }): JSX.Element {
  const { state } = props;
  return (
    <svg
      className="tt-StateIcon tt-ClassIcon"
      data-release={state}
      width="16"
      height="16"
      viewBox="0 0 16 16"
      aria-hidden="true"
    >
      <circle className="tt-StateIcon-ring" cx="8" cy="8" r="5.5" />
      {state === 'draft' && <path d={MARK} />}
      {state === 'released' && <path className="tt-StateIcon-tick" d={TICK} />}
      {state === 'changed' && (
        <circle className="tt-StateIcon-dot" cx="8" cy="8" r="2.2" />
      )}
    </svg>
  );
}
