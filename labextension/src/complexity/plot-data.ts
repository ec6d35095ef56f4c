/** The log-log plot as it is drawn, in values. Pure. */

import { growthFactor, productExponents } from './classes';
import {
  costOf,
  type IComplexity,
  type ICurve,
  type IGrowth,
  type IKnee,
  type Resource
} from './result';

export interface IPlotPoint {
  size: number;
  cost: number;
  low: number | null;
  high: number | null;
}

export interface ILine {
  sizes: number[];
  values: number[];
}

export interface IPlotData {
  /** The size on the horizontal axis. */
  name: string;
  points: IPlotPoint[];
  /** The fit, and its band; null while there is none. */
  fit: ICurve | null;
  predicted: ILine | null;
  knees: IKnee[];
  /** Ends of the axes. */
  sizes: [number, number];
  costs: [number, number];
  /** The largest measured size: beyond it the fit is a guess. */
  largest: number;
}

/** A flat cost would fill the plot with its noise: the vertical axis spans this factor at least. */
const LEAST_SPAN = 16;
/** Room beside the outermost points. */
const MARGIN = 1.25;

/** Points that lie on the curve along `name`: the other sizes as the curve has them. */
export function pointsAlong(
  result: IComplexity,
  name: string,
  resource: Resource
): IPlotPoint[] {
  const others = othersOf(result, name, resource);
  return result.points.flatMap(point => {
    const cost = costOf(point, resource);
    const size = point.sizes[name];
    const lies = Object.entries(others).every(
      ([other, value]) => point.sizes[other] === value
    );
    if (cost === null || size === undefined || !lies) {
      return [];
    }
    // A logarithmic axis has no place for 0.
    if (cost <= 0 || size <= 0) {
      return [];
    }
    const [low, high] =
      resource === 'time' ? [point.low_s, point.high_s] : [null, null];
    return [{ size, cost, low, high }];
  });
}

/** Null if there is nothing to draw along this size. */
export function plotData(
  result: IComplexity,
  name: string,
  resource: Resource,
  predicted: ILine | null,
  reach: number | null
): IPlotData | null {
  const points = pointsAlong(result, name, resource);
  const largest = Math.max(...points.map(point => point.size));
  if (points.length === 0) {
    return null;
  }
  const growth = result[resource];
  const sizes: [number, number] = [
    Math.min(...points.map(point => point.size)) / MARGIN,
    Math.max(largest, reach ?? 0) * MARGIN
  ];
  const fit = cut(curveOf(growth, name), sizes);
  const line = cut(predicted, sizes);
  return {
    name,
    points,
    fit,
    predicted: line,
    knees: (growth?.knees ?? []).filter(
      knee => knee.name === name && knee.at > 0
    ),
    sizes,
    costs: costRange(points, fit),
    largest
  };
}

export function curveOf(growth: IGrowth | null, name: string): ICurve | null {
  return growth?.curves.find(curve => curve.name === name) ?? null;
}

/** The growth that somebody predicted, as a line through the largest measured point. */
export function predictedLine(
  predicted: string,
  result: IComplexity,
  name: string,
  resource: Resource
): ILine | null {
  const points = pointsAlong(result, name, resource);
  const last = points[points.length - 1];
  const growth = alongOneSize(predicted, name, result.names);
  if (last === undefined || growth === null) {
    return null;
  }
  const curve = curveOf(result[resource], name);
  const sizes = curve?.sizes ?? points.map(point => point.size);
  const base = result[resource]?.base ?? null;
  const line = sizes.map(size => {
    const factor = growthFactor(growth, last.size, size, base);
    return { size, value: factor === null ? 0 : factor * last.cost };
  });
  const drawn = line.filter(
    each => each.value > 0 && Number.isFinite(each.value)
  );
  return {
    sizes: drawn.map(each => each.size),
    values: drawn.map(each => each.value)
  };
}

/** The line up to the largest measured size ... */
export function measuredPart(line: ILine, largest: number): ILine {
  return slice(line, 0, lastWithin(line, largest) + 1);
}

/** ... and from there on. */
export function partBeyond(line: ILine, largest: number): ILine {
  return slice(line, Math.max(0, lastWithin(line, largest)));
}

function lastWithin(line: ILine, largest: number): number {
  return line.sizes.filter(size => size <= largest).length - 1;
}

function slice(line: ILine, start: number, end?: number): ILine {
  return {
    sizes: line.sizes.slice(start, end),
    values: line.values.slice(start, end)
  };
}

/** The class along one size while the others stand still. */
function alongOneSize(
  predicted: string,
  name: string,
  names: string[]
): string | null {
  if (names.length === 1) {
    return predicted;
  }
  const exponents = productExponents(predicted, names);
  return exponents === null ? null : `n^${exponents[name] ?? 0}`;
}

function othersOf(
  result: IComplexity,
  name: string,
  resource: Resource
): Record<string, number> {
  const curve = curveOf(result[resource], name);
  if (curve !== null) {
    return curve.others;
  }
  const rest = result.names.filter(other => other !== name);
  return Object.fromEntries(
    rest.map(other => [
      other,
      Math.max(...result.points.map(point => point.sizes[other] ?? 0))
    ])
  );
}

/** The part of a line between these sizes, and what is above 0: a logarithmic axis has no place for the rest. */
function cut<Line extends ILine>(
  line: Line | null,
  [first, last]: [number, number]
): Line | null {
  if (line === null) {
    return null;
  }
  const keep = line.sizes.map(
    (size, index) =>
      size >= first && size <= last && (line.values[index] ?? 0) > 0
  );
  const kept = Object.entries(line).map(([key, list]) => [
    key,
    Array.isArray(list) ? list.filter((_, index) => keep[index]) : list
  ]);
  return Object.fromEntries(kept) as Line;
}

/** The prediction's line does not stretch the axis: a wrong one may leave the plot. */
function costRange(points: IPlotPoint[], fit: ICurve | null): [number, number] {
  const costs = [
    ...points.flatMap(point => [
      point.cost,
      point.low ?? point.cost,
      point.high ?? point.cost
    ]),
    ...(fit?.values ?? [])
  ].filter(cost => cost > 0);
  const low = Math.min(...costs) / MARGIN;
  const high = Math.max(...costs) * MARGIN;
  const missing = Math.sqrt(Math.max(1, LEAST_SPAN / (high / low)));
  return [low / missing, high * missing];
}
