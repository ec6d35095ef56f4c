import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { formatFlops } from '../format';
import type { IRoofline } from '../records';
import { ridge, roof, type IOpPoint } from './ops-data';
import { pointText } from './roofline-texts';
import { logarithmic, powersOfTen } from './scale';
import { useWidth } from './use-width';

const HEIGHT = 236;
const MARGIN = { top: 14, right: 16, bottom: 38, left: 84 };
/** Pixels that the name of an operation takes. */
const NAME_WIDTH = 80;
const NAME_HEIGHT = 16;
const MOST_NAMES = 5;

export interface IRooflineChartProps {
  /** Costliest first. */
  points: IOpPoint[];
  roofline: IRoofline;
  /** Index of the point that is told about. */
  chosen: number | null;
  onChoose: (index: number | null) => void;
  trans: TranslationBundle;
}

interface IScales {
  x: (intensity: number) => number;
  y: (rate: number) => number;
  xs: number[];
  ys: number[];
  right: number;
  bottom: number;
}

/** Log-log plot: rate over intensity. One tab stop; the arrow keys go from point to point. */
export function RooflineChart(props: IRooflineChartProps): JSX.Element {
  const { points, roofline, trans } = props;
  const [ref, width] = useWidth();
  const scales = scalesOf(points, roofline, width);
  return (
    <div ref={ref}>
      <svg
        width={width}
        height={HEIGHT}
        role="group"
        aria-label={trans.__('Roofline: arrow keys go through the operations')}
        onPointerLeave={() => props.onChoose(null)}
      >
        <Axes scales={scales} trans={trans} />
        <Roof roofline={roofline} scales={scales} trans={trans} />
        <Points {...props} scales={scales} />
      </svg>
    </div>
  );
}

function scalesOf(
  points: IOpPoint[],
  roofline: IRoofline,
  width: number
): IScales {
  const intensities = points.map(point => point.intensity);
  const rates = points.map(point => point.rate);
  const top = roofline.flops_per_s;
  const corner = ridge(roofline);
  const xs = powersOfTen(
    Math.min(...intensities, corner / 4),
    Math.max(...intensities, corner) * 4
  );
  const ys = powersOfTen(Math.min(...rates, top / 50), Math.max(...rates, top));
  const right = width - MARGIN.right;
  const bottom = HEIGHT - MARGIN.bottom;
  return {
    x: logarithmic(ends(xs), [MARGIN.left, right]),
    y: logarithmic(ends(ys), [bottom, MARGIN.top]),
    xs,
    ys,
    right,
    bottom
  };
}

function ends(values: number[]): [number, number] {
  return [values[0] ?? 1, values[values.length - 1] ?? 10];
}

function Axes(props: {
  scales: IScales;
  trans: TranslationBundle;
}): JSX.Element {
  const { x, y, xs, ys, right, bottom } = props.scales;
  return (
    <g className="tt-Roofline-axis" aria-hidden="true">
      {xs.map(value => (
        <g key={value} transform={`translate(${x(value)} 0)`}>
          <line y1={MARGIN.top} y2={bottom} />
          <text y={bottom + 15} textAnchor="middle">
            {Number(value.toPrecision(1))}
          </text>
        </g>
      ))}
      {ys.map(value => (
        <g key={value} transform={`translate(0 ${y(value)})`}>
          <line x1={MARGIN.left} x2={right} />
          <text x={MARGIN.left - 8} dy="0.32em" textAnchor="end">
            {`${formatFlops(value)}/s`}
          </text>
        </g>
      ))}
      <text x={right} y={HEIGHT - 5} textAnchor="end">
        {props.trans.__('FLOP a byte')}
      </text>
    </g>
  );
}

/** The slope that memory allows and the flat roof of the cores, cut at the edges of the plot. */
function Roof(props: {
  roofline: IRoofline;
  scales: IScales;
  trans: TranslationBundle;
}): JSX.Element {
  const { roofline, scales, trans } = props;
  const { x, y, xs, ys, right } = scales;
  const [left, most] = ends(xs);
  const [lowest] = ends(ys);
  const start = Math.max(left, lowest / roofline.bytes_per_s);
  const corner = Math.min(Math.max(ridge(roofline), start), most);
  const path = [start, corner, most].map(
    each => `${x(each)} ${y(roof(each, roofline))}`
  );
  return (
    <g aria-hidden="true">
      <path className="tt-Roofline-roof" d={`M${path.join('L')}`} />
      <g className="tt-Roofline-names">
        <text x={right - 4} y={y(roofline.flops_per_s) + 14} textAnchor="end">
          {trans.__('compute')}
        </text>
        <text
          x={(x(start) + x(corner)) / 2 + 8}
          y={(y(roof(start, roofline)) + y(roof(corner, roofline))) / 2 + 12}
        >
          {trans.__('memory')}
        </text>
      </g>
    </g>
  );
}

function Points(props: IRooflineChartProps & { scales: IScales }): JSX.Element {
  const { points, chosen, onChoose, scales, trans } = props;
  const nodes = React.useRef<(SVGGElement | null)[]>([]);
  const named = namedPoints(points, scales);
  const most = Math.max(...points.map(point => point.op.wall_s));
  const onKeyDown = (event: React.KeyboardEvent, index: number) => {
    const target = keyTarget(event.key, index, points.length - 1);
    if (target === null) {
      return;
    }
    // Otherwise the notebook would move to another cell.
    event.stopPropagation();
    event.preventDefault();
    nodes.current[target]?.focus();
  };
  return (
    <>
      {points.map((point, index) => (
        <g
          key={`${point.op.phase} ${point.op.name}`}
          ref={node => {
            nodes.current[index] = node;
          }}
          className="tt-Roofline-point"
          data-phase={point.op.phase}
          data-chosen={chosen === index}
          transform={`translate(${scales.x(point.intensity)} ${scales.y(point.rate)})`}
          role="img"
          tabIndex={index === (chosen ?? 0) ? 0 : -1}
          aria-label={pointText(point, trans)}
          onPointerEnter={() => onChoose(index)}
          onFocus={() => onChoose(index)}
          onBlur={() => onChoose(null)}
          onKeyDown={event => onKeyDown(event, index)}
        >
          <circle r={14} className="tt-Roofline-reach" />
          <circle r={3.5 + 4 * Math.sqrt(point.op.wall_s / most)} />
          {(named.has(index) || chosen === index) && (
            <text x={11} dy="0.32em" aria-hidden="true">
              {point.op.name}
            </text>
          )}
        </g>
      ))}
    </>
  );
}

/** The costliest points whose names have room: no other named one is near. */
function namedPoints(points: IOpPoint[], scales: IScales): Set<number> {
  const places: { x: number; y: number }[] = [];
  const named = new Set<number>();
  points.forEach((point, index) => {
    const place = { x: scales.x(point.intensity), y: scales.y(point.rate) };
    const free = places.every(
      other =>
        Math.abs(other.x - place.x) > NAME_WIDTH ||
        Math.abs(other.y - place.y) > NAME_HEIGHT
    );
    if (free && named.size < MOST_NAMES) {
      named.add(index);
      places.push(place);
    }
  });
  return named;
}

function keyTarget(key: string, index: number, last: number): number | null {
  const targets: Record<string, number> = {
    ArrowLeft: index - 1,
    ArrowUp: index - 1,
    ArrowRight: index + 1,
    ArrowDown: index + 1,
    Home: 0,
    End: last
  };
  const target = targets[key];
  return target === undefined ? null : Math.min(last, Math.max(0, target));
}
