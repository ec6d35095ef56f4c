/** Median and quartiles of several times. Pure. */

export interface ISpread {
  low: number;
  median: number;
  high: number;
}

/** Quartiles by linear interpolation between the values (NumPy's default); null without values. */
export function spread(values: number[]): ISpread | null {
  if (values.length === 0) {
    return null;
  }
  const sorted = [...values].sort((a, b) => a - b);
  return {
    low: quantile(sorted, 0.25),
    median: quantile(sorted, 0.5),
    high: quantile(sorted, 0.75)
  };
}

function quantile(sorted: number[], part: number): number {
  const place = part * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below] ?? 0;
  const high = sorted[below + 1] ?? low;
  return low + (place - below) * (high - low);
}
