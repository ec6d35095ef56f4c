import React from 'react';

import { byteTicks, linear, linePath, timeTicks, type ITick } from './scale';
import type { IBoundary, ITimelineData } from './timeline-data';
import { useWidth } from './use-width';

export const TIMELINE_HEIGHT = 168;
const MARGIN = { top: 18, right: 12, bottom: 22, left: 62 };
/** Pixels that a label such as "L12" or "1.5 s" needs. */
const MARK_SPACE = 30;
const TICK_SPACE = 80;

export interface ITimelineChartProps {
  data: ITimelineData;
  /** Index of the sample under the cursor. */
  cursor: number | null;
  /** The pointer is at this time; null when it leaves. */
  onMove: (t: number | null) => void;
}

type Scale = (value: number) => number;

/** The chart in the width of its place. */
export function TimelineChart(props: ITimelineChartProps): JSX.Element {
  const [ref, width] = useWidth();
  return (
    <div ref={ref}>
      <TimelineDrawing {...props} width={width} />
    </div>
  );
}

/** The chart itself: axes, both lines, marks where statements start, cursor. */
export function TimelineDrawing(
  props: ITimelineChartProps & { width: number }
): JSX.Element {
  const { data, onMove, width } = props;
  const right = width - MARGIN.right;
  const bottom = TIMELINE_HEIGHT - MARGIN.bottom;
  const bytes = byteTicks(data.range[0], data.range[1], 4);
  const low = bytes[0]?.value ?? 0;
  const high = bytes[bytes.length - 1]?.value ?? 1;
  const x = linear([0, data.duration], [MARGIN.left, right]);
  const y = linear([low, high], [bottom, MARGIN.top]);
  const onPointerMove = (event: React.PointerEvent<SVGSVGElement>) => {
    const pixel =
      event.clientX - event.currentTarget.getBoundingClientRect().left;
    onMove(linear([MARGIN.left, right], [0, data.duration])(pixel));
  };
  return (
    <svg
      width={width}
      height={TIMELINE_HEIGHT}
      aria-hidden="true"
      onPointerMove={onPointerMove}
      onPointerLeave={() => onMove(null)}
    >
      <Boundaries boundaries={data.boundaries} x={x} bottom={bottom} />
      <ByteAxis ticks={bytes} y={y} right={right} />
      <TimeAxis
        ticks={timeTicks(data.duration, Math.max(2, width / TICK_SPACE))}
        x={x}
        bottom={bottom}
        right={right}
      />
      <Lines data={data} x={x} y={y} />
      {props.cursor !== null && (
        <Cursor data={data} index={props.cursor} x={x} y={y} />
      )}
    </svg>
  );
}

function Lines(props: {
  data: ITimelineData;
  x: Scale;
  y: Scale;
}): JSX.Element {
  const { data, x, y } = props;
  const xs = data.t.map(x);
  const ys = (values: (number | null)[]) =>
    values.map(value => (value === null ? null : y(value)));
  return (
    <>
      <path
        className="tt-Timeline-line"
        data-series="rss"
        d={linePath(xs, ys(data.rss))}
      />
      <path
        className="tt-Timeline-area"
        d={areaPath(xs, ys(data.traced), y(0))}
      />
      <path
        className="tt-Timeline-line"
        data-series="traced"
        d={linePath(xs, ys(data.traced))}
      />
    </>
  );
}

/** The traced line closed down to zero. Tracing starts and ends once, so the known part is one piece. */
function areaPath(xs: number[], ys: (number | null)[], zero: number): string {
  const known = xs.filter((_, index) => (ys[index] ?? null) !== null);
  const first = known[0];
  const last = known[known.length - 1];
  if (first === undefined || last === undefined) {
    return '';
  }
  return `${linePath(xs, ys)}L${last} ${zero}L${first} ${zero}Z`;
}

function ByteAxis(props: {
  ticks: ITick[];
  y: Scale;
  right: number;
}): JSX.Element {
  return (
    <g className="tt-Timeline-axis" aria-hidden="true">
      {props.ticks.map(tick => (
        <g key={tick.value} transform={`translate(0 ${props.y(tick.value)})`}>
          <line
            x1={MARGIN.left}
            x2={props.right}
            data-zero={tick.value === 0}
          />
          <text x={MARGIN.left - 8} dy="0.32em" textAnchor="end">
            {tick.label}
          </text>
        </g>
      ))}
    </g>
  );
}

function TimeAxis(props: {
  ticks: ITick[];
  x: Scale;
  bottom: number;
  right: number;
}): JSX.Element {
  return (
    <g className="tt-Timeline-axis" aria-hidden="true">
      {props.ticks.map(tick => (
        <g
          key={tick.value}
          transform={`translate(${props.x(tick.value)} ${props.bottom})`}
        >
          <line y2={4} />
          <text
            y={16}
            textAnchor={
              props.x(tick.value) > props.right - MARK_SPACE / 2
                ? 'end'
                : 'middle'
            }
          >
            {tick.label}
          </text>
        </g>
      ))}
    </g>
  );
}

/** A light line where a statement starts, with its line number where there is room. */
function Boundaries(props: {
  boundaries: IBoundary[];
  x: Scale;
  bottom: number;
}): JSX.Element {
  let free = -Infinity;
  return (
    <g className="tt-Timeline-boundaries" aria-hidden="true">
      {props.boundaries.map((boundary, index) => {
        const at = props.x(boundary.t);
        const room = at >= free;
        free = room ? at + MARK_SPACE : free;
        return (
          <g key={index} transform={`translate(${at} 0)`}>
            <line y1={MARGIN.top - 4} y2={props.bottom} />
            {room && <text y={MARGIN.top - 7}>{`L${boundary.line}`}</text>}
          </g>
        );
      })}
    </g>
  );
}

function Cursor(props: {
  data: ITimelineData;
  index: number;
  x: Scale;
  y: Scale;
}): JSX.Element {
  const { data, index, y } = props;
  const at = props.x(data.t[index] ?? 0);
  const rss = data.rss[index] ?? null;
  const traced = data.traced[index] ?? null;
  return (
    <g className="tt-Timeline-cursor" aria-hidden="true">
      <line
        x1={at}
        x2={at}
        y1={MARGIN.top}
        y2={TIMELINE_HEIGHT - MARGIN.bottom}
      />
      {rss !== null && <circle cx={at} cy={y(rss)} r={3} data-series="rss" />}
      {traced !== null && (
        <circle cx={at} cy={y(traced)} r={3} data-series="traced" />
      )}
    </g>
  );
}
