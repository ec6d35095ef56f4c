import React from 'react';

import { linear, secondTicks } from './scale';
import type { ISpread } from './spread';
import { useWidth } from './use-width';

const HEIGHT = 46;
const MARGIN = 26;
const MIDDLE = 15;
const AXIS = 28;
const TICK_SPACE = 90;

export interface IStripProps {
  values: number[];
  spread: ISpread;
  /** A value to be told from the others: this run. */
  marked?: number;
  /** All that the strip shows, in words. */
  label: string;
}

/** Times as points on one line, over a box from the first to the third quartile with the median in it. */
export function Strip(props: IStripProps): JSX.Element {
  const { values, spread, marked } = props;
  const [ref, width] = useWidth();
  const all = marked === undefined ? values : [...values, marked];
  const [low, high] = domain(all);
  const x = linear([low, high], [MARGIN, width - MARGIN]);
  return (
    <div ref={ref} className="tt-Strip" role="img" aria-label={props.label}>
      <svg width={width} height={HEIGHT} aria-hidden="true">
        {hasMiddleHalf(values) && (
          <rect
            className="tt-Strip-box"
            x={x(spread.low)}
            width={Math.max(1, x(spread.high) - x(spread.low))}
            y={MIDDLE - 9}
            height={18}
            rx={2}
          />
        )}
        <path
          className="tt-Strip-median"
          d={`M${x(spread.median)} ${MIDDLE - 11}v22`}
        />
        {values.map((value, index) => (
          <circle key={index} cx={x(value)} cy={MIDDLE} r={3.5} />
        ))}
        {marked !== undefined && (
          <path className="tt-Strip-marked" d={diamond(x(marked), MIDDLE)} />
        )}
        <path
          className="tt-Strip-axis"
          d={`M${MARGIN} ${AXIS}H${width - MARGIN}`}
        />
        {secondTicks(low, high, Math.max(2, width / TICK_SPACE)).map(tick => (
          <g key={tick.value} transform={`translate(${x(tick.value)} ${AXIS})`}>
            <path className="tt-Strip-axis" d="M0 0v3" />
            <text y={14} textAnchor="middle">
              {tick.label}
            </text>
          </g>
        ))}
      </svg>
    </div>
  );
}

/** Of fewer values, quartiles are no more than a guess. */
export function hasMiddleHalf(values: number[]): boolean {
  return values.length >= 4;
}

/** The values with some air; never so narrow that noise far below a hundredth fills the strip. */
function domain(values: number[]): [number, number] {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const air = Math.max(0.08 * (high - low), 0.01 * high, 1e-9);
  return [Math.max(0, low - air), high + air];
}

function diamond(x: number, y: number): string {
  return `M${x} ${y - 7}l6 7l-6 7l-6 -7z`;
}
