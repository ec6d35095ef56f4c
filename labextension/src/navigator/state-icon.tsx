import React from 'react';

import type { IModule } from '../course/course';

const RADIUS = 5.5;
const ROUND = 2 * Math.PI * RADIUS;

const LOCK =
  'M5 7V5.5a3 3 0 0 1 6 0V7h.75c.4 0 .75.35.75.75v5c0 .4-.35.75-.75.75h-7.5a.75.75 0 0 1-.75-.75v-5c0-.4.35-.75.75-.75zm1.25 0h3.5V5.5a1.75 1.75 0 0 0-3.5 0z';
const TICK = 'M5.2 8.2 7.2 10.2 10.9 6';
const FLAG = 'M4.25 14V2.5M4.25 3h7.5l-1.9 2.9 1.9 2.9h-7.5';

/**
 * Each state has its own shape, so that it can be told without colours; the words stand in the row's label. A ring
 * that fills with the solved exercises; an open ring with a tick when the tests pass; a disc with a tick when complete,
 * with a dot when changed since; a lock; a dotted ring.
 */
export function StateIcon(props: { module: IModule }): JSX.Element {
  const { state, solved, exercises } = props.module;
  const done = exercises > 0 ? solved / exercises : 0;
  return (
    <Icon state={state}>
      {state === 'locked' ? (
        <path className="tt-StateIcon-solid" d={LOCK} />
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
      {(state === 'complete' || state === 'tests pass') && (
        <path className="tt-StateIcon-tick" d={TICK} />
      )}
      {state === 'changed' && (
        <circle className="tt-StateIcon-dot" cx="8" cy="8" r="2.2" />
      )}
    </Icon>
  );
}

/** A flag when it is unlocked, else a lock. */
export function MilestoneIcon(props: { open: boolean }): JSX.Element {
  return (
    <Icon state={props.open ? 'unlocked' : 'locked'}>
      {props.open ? (
        <path className="tt-StateIcon-flag" d={FLAG} />
      ) : (
        <path className="tt-StateIcon-solid" d={LOCK} />
      )}
    </Icon>
  );
}

/** A ring, with a tick when the step is done. */
export function StepIcon(props: { done: boolean }): JSX.Element {
  return (
    <Icon state={props.done ? 'complete' : 'open'}>
      <circle className="tt-StateIcon-ring" cx="8" cy="8" r={RADIUS} />
      {props.done && <path className="tt-StateIcon-tick" d={TICK} />}
    </Icon>
  );
}

function Icon(props: {
  state: string;
  children: React.ReactNode;
}): JSX.Element {
  return (
    <svg
      className="tt-StateIcon"
      data-state={props.state}
      width="16"
      height="16"
      viewBox="0 0 16 16"
      aria-hidden="true"
    >
      {props.children}
    </svg>
  );
}
