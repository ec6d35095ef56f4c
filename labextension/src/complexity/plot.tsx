import React from 'react';

import { linePath, logarithmic } from '../result/scale';
import { useWidth } from '../result/use-width';
import { costTicks, sizeTicks } from './log-ticks';
import {
  measuredPart,
  partBeyond,
  type ILine,
  type IPlotData
} from './plot-data';
import type { Resource } from './result';

const HEIGHT = 210;
const MARGIN = { top: 12, right: 12, bottom: 22, left: 60 };
/** Pixels that a label on the axis needs. */
const SIZE_SPACE = 52;
const COST_TICKS = 5;

export interface IPlotProps {
  data: IPlotData;
  resource: Resource;
  /** Where the extrapolation stands, and what it says; null: nowhere. */
  reach: { size: number; cost: number } | null;
  /** What the plot shows, for screen readers. */
  label: string;
}

interface IScales {
  x: (size: number) => number;
  y: (cost: number) => number;
  right: number;
  bottom: number;
}

/** Cost over size, both logarithmic: a power law is a straight line, its slope the exponent. */
export function Plot(props: IPlotProps): JSX.Element {
  const { data, reach } = props;
  const [ref, width] = useWidth();
  const clipId = React.useId();
  const right = width - MARGIN.right;
  const bottom = HEIGHT - MARGIN.bottom;
  const scales = {
    x: logarithmic(data.sizes, [MARGIN.left, right]),
    y: logarithmic(data.costs, [bottom, MARGIN.top]),
    right,
    bottom
  };
  return (
    <div ref={ref} className="tt-Plot">
      <svg width={width} height={HEIGHT} role="img" aria-label={props.label}>
        <clipPath id={clipId}>
          <rect
            x={MARGIN.left}
            y={MARGIN.top}
            width={Math.max(0, right - MARGIN.left)}
            height={bottom - MARGIN.top}
          />
        </clipPath>
        <Axes {...props} scales={scales} width={width} />
        <g clipPath={`url(#${clipId})`}>
          <Knees data={data} scales={scales} />
          <Lines data={data} scales={scales} />
        </g>
        <Points data={data} scales={scales} />
        {reach !== null && (
          <g className="tt-Plot-reach">
            <line
              x1={scales.x(reach.size)}
              x2={scales.x(reach.size)}
              y1={MARGIN.top}
              y2={bottom}
            />
            <circle cx={scales.x(reach.size)} cy={scales.y(reach.cost)} r={4} />
          </g>
        )}
      </svg>
    </div>
  );
}

function Axes(
  props: IPlotProps & { scales: IScales; width: number }
): JSX.Element {
  const { data, resource, width } = props;
  const { x, y, right, bottom } = props.scales;
  const room = (width - MARGIN.left - MARGIN.right) / SIZE_SPACE;
  return (
    <g className="tt-Plot-axis">
      {sizeTicks(data.sizes, Math.max(2, room)).map(tick => (
        <g key={tick.value} transform={`translate(${x(tick.value)} 0)`}>
          <line y1={MARGIN.top} y2={bottom} />
          <text y={bottom + 15} textAnchor="middle">
            {tick.label}
          </text>
        </g>
      ))}
      {costTicks(data.costs, COST_TICKS, resource).map(tick => (
        <g key={tick.value} transform={`translate(0 ${y(tick.value)})`}>
          <line x1={MARGIN.left} x2={right} />
          <text x={MARGIN.left - 6} dy="0.32em" textAnchor="end">
            {tick.label}
          </text>
        </g>
      ))}
      <text
        className="tt-Plot-name"
        x={right - 4}
        y={bottom - 6}
        textAnchor="end"
      >
        {data.name}
      </text>
    </g>
  );
}

function Lines(props: { data: IPlotData; scales: IScales }): JSX.Element {
  const { data, scales } = props;
  const { fit, predicted, largest } = data;
  return (
    <>
      {fit !== null && fit.low.length > 0 && (
        <path
          className="tt-Plot-band"
          d={bandPath(fit.sizes, fit.low, fit.high, scales)}
        />
      )}
      {predicted !== null && (
        <path
          className="tt-Plot-line"
          data-line="predicted"
          d={path(predicted, scales)}
        />
      )}
      {fit !== null && (
        <>
          <path
            className="tt-Plot-line"
            data-line="fit"
            d={path(measuredPart(fit, largest), scales)}
          />
          <path
            className="tt-Plot-line"
            data-line="beyond"
            d={path(partBeyond(fit, largest), scales)}
          />
        </>
      )}
    </>
  );
}

function Points(props: { data: IPlotData; scales: IScales }): JSX.Element {
  const { x, y } = props.scales;
  return (
    <g className="tt-Plot-points">
      {props.data.points.map(point => (
        <g key={point.size} transform={`translate(${x(point.size)} 0)`}>
          {point.low !== null && point.high !== null && point.low > 0 && (
            <line y1={y(point.low)} y2={y(point.high)} />
          )}
          <circle cy={y(point.cost)} r={3.5} />
        </g>
      ))}
    </g>
  );
}

function Knees(props: { data: IPlotData; scales: IScales }): JSX.Element {
  const { x, bottom } = props.scales;
  return (
    <g className="tt-Plot-knees">
      {props.data.knees.map(knee => (
        <g key={`${knee.kind} ${knee.at}`} data-kind={knee.kind}>
          <line x1={x(knee.at)} x2={x(knee.at)} y1={MARGIN.top} y2={bottom} />
          <path d={`M${x(knee.at) - 5} ${MARGIN.top}h10l-5 7z`} />
        </g>
      ))}
    </g>
  );
}

function path(line: ILine, { x, y }: IScales): string {
  return linePath(line.sizes.map(x), line.values.map(y));
}

function bandPath(
  sizes: number[],
  low: number[],
  high: number[],
  scales: IScales
): string {
  // An edge at 0 has no place on a logarithmic axis: it leaves the plot below.
  const edge = (values: number[]) =>
    values.map(value => (value > 0 ? scales.y(value) : scales.bottom + 1));
  const xs = sizes.map(scales.x);
  const there = linePath(xs, edge(high));
  const back = linePath([...xs].reverse(), edge(low).reverse());
  return `${there}${back.replace('M', 'L')}Z`;
}
