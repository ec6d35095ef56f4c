/** The timeline as the chart draws it. Pure. */

import type { IMeasurement } from '../measurement';

/** Where one statement ends and the next one starts. */
export interface IBoundary {
  t: number;
  /** Line of the statement that starts here. */
  line: number;
}

export interface ITimelineData {
  /** Seconds since the start of the cell, ascending. */
  t: number[];
  /** Resident memory above its value at the start, so that both lines share one axis. */
  rss: (number | null)[];
  traced: (number | null)[];
  /** Resident memory at the start, absolute; null if unknown. */
  rssStart: number | null;
  /** Smallest and largest value of both lines, 0 included. */
  range: [number, number];
  /** Seconds on the x axis. */
  duration: number;
  boundaries: IBoundary[];
}

/** With fewer samples a line would draw what nobody has measured. */
const FEWEST_SAMPLES = 4;

/** Null if there are too few samples for a line. */
export function timelineData(m: IMeasurement): ITimelineData | null {
  const { t_s, rss_bytes, traced_bytes } = m.timeline;
  const duration = Math.max(m.wall_s, t_s[t_s.length - 1] ?? 0);
  if (t_s.length < FEWEST_SAMPLES || duration <= 0) {
    return null;
  }
  const rssStart =
    m.rss_start_bytes ?? rss_bytes.find(value => value !== null) ?? null;
  const rss = rss_bytes.map(value =>
    value === null || rssStart === null ? null : value - rssStart
  );
  const values = [...rss, ...traced_bytes].filter(
    (value): value is number => value !== null
  );
  return {
    t: t_s,
    rss,
    traced: traced_bytes,
    rssStart,
    range: [Math.min(0, ...values), Math.max(0, ...values)],
    duration,
    boundaries: boundaries(m)
  };
}

/** Line of the statement that ran at time `t`; null in a cell without statements. */
export function lineAt(
  data: ITimelineData,
  m: IMeasurement,
  t: number
): number | null {
  const passed = data.boundaries.filter(boundary => boundary.t <= t);
  return passed[passed.length - 1]?.line ?? m.statements[0]?.line ?? null;
}

function boundaries(m: IMeasurement): IBoundary[] {
  const result: IBoundary[] = [];
  let t = 0;
  m.statements.forEach((statement, index) => {
    if (index > 0) {
      result.push({ t, line: statement.line });
    }
    t += statement.wall_s;
  });
  return result;
}
