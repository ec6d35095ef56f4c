import React from 'react';

import { formatBytes, formatSeconds, share } from '../format';
import { Unknown } from './table';

/** A time, beside the most of its column. */
export function TimeBar(props: {
  seconds: number;
  most: number;
  /** A word on the figure, before it. */
  note?: string;
}): JSX.Element {
  const { seconds, most, note } = props;
  return (
    <Bar
      kind="time"
      length={share(seconds, most)}
      text={formatSeconds(seconds)}
      note={note}
    />
  );
}

/** Memory, beside the most of its column. */
export function MemoryBar(props: { bytes: number; most: number }): JSX.Element {
  const { bytes, most } = props;
  return (
    <Bar kind="memory" length={share(bytes, most)} text={formatBytes(bytes)} />
  );
}

/** A figure beside a bar; the bar says nothing that the figure does not, so screen readers skip it. */
function Bar(props: {
  kind: 'time' | 'memory';
  /** 0..1 */
  length: number;
  text: string;
  note?: string | undefined;
}): JSX.Element {
  return (
    <span className="tt-BarCell">
      <span className="tt-Bar" data-kind={props.kind} aria-hidden="true">
        <span style={{ width: `${100 * props.length}%` }} />
      </span>
      {props.note !== undefined && <Unknown text={props.note} />}
      <span className="tt-BarText">{props.text}</span>
    </span>
  );
}
