import React from 'react';

import type { IModule } from './course';

const RADIUS = 5.5;
const ROUND = 2 * Math.PI * RADIUS;

/**
 * A ring that fills with the solved exercises, a tick when complete, a lock, or a dotted ring. Each state has its own
 * shape, so that it can be told without colours; the words stand in the row's label.
 */
export function StateIcon(props: { module: IModule }): JSX.Element {
  const { state, solved, exercises } = props.module;
  const done = exercises > 0 ? solved / exercises : 0;
  return (
    <svg
      className="tt-StateIcon"
      data-state={state}
      width="16"
      height="16"
      viewBox="0 0 16 16"
      aria-hidden="true"
    >
      {state === 'locked' ? (
        <path
          className="tt-StateIcon-solid"
          d="M5 7V5.5a3 3 0 0 1 6 0V7h.75c.4 0 .75.35.75.75v5c0 .4-.35.75-.75.75h-7.5a.75.75 0 0 1-.75-.75v-5c0-.4.35-.75.75-.75zm1.25 0h3.5V5.5a1.75 1.75 0 0 0-3.5 0z"
        />
      ) : (
        <circle className="tt-StateIcon-ring" cx="8" cy="8" r={RADIUS} />
      )}
      {state === 'in progress' && (
        <circle
          className="tt-StateIcon-done"
          cx="8"
          cy="8"
          r={RADIUS}
          strokeDasharray={`${done * ROUND} ${ROUND}`}
          transform="rotate(-90 8 8)"
        />
      )}
      {state === 'complete' && (
        <path className="tt-StateIcon-tick" d="M5.2 8.2 7.2 10.2 10.9 6" />
      )}
    </svg>
  );
}
