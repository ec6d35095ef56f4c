/** What the tiles say. Pure, so that the wording of every case is tested without a browser. */

import type { TranslationBundle } from '@jupyterlab/translation';

import {
  coresUsed,
  formatBytes,
  formatBytesChange,
  formatSeconds,
  threeDigits
} from '../format';
import type { IMeasurement } from '../measurement';

export interface ITile {
  id: 'wall' | 'cpu' | 'peak' | 'kept' | 'rss';
  name: string;
  /** The figure with its unit, or null: not measured. */
  value: string | null;
  /** What must be known to read the figure right. */
  details: string[];
  /** What the figure is and how it was measured, shown on demand. */
  explanation: string;
}

export function tileTexts(m: IMeasurement, trans: TranslationBundle): ITile[] {
  return [
    wallTile(m, trans),
    cpuTile(m, trans),
    peakTile(m, trans),
    keptTile(m, trans),
    rssTile(m, trans)
  ];
}

/** "with tracing", and for how long if it ended before the cell; empty for an untraced cell. */
export function tracingWords(
  m: IMeasurement,
  trans: TranslationBundle
): string[] {
  if (!m.traced) {
    return [];
  }
  return tracingEnded(m)
    ? [trans.__('with tracing for %1', formatSeconds(m.traced_s))]
    : [trans.__('with tracing')];
}

/** Whether the cell goes on, or went on, untraced. While it runs, the latest sample tells. */
export function tracingEnded(m: IMeasurement): boolean {
  const samples = m.timeline.traced_bytes;
  return m.state === 'running'
    ? samples.length > 0 && samples[samples.length - 1] === null
    : !m.trace_complete;
}

function wallTile(m: IMeasurement, trans: TranslationBundle): ITile {
  return {
    id: 'wall',
    name: trans.__('Wall time'),
    value: formatSeconds(m.wall_s),
    details: [
      ...runsWords(m, trans),
      ...tracingWords(m, trans),
      ...cleanWords(m, trans)
    ],
    explanation: trans.__(
      'The time that passed on the clock while the statements of the cell ran. Tracing memory slows Python down, arrays hardly at all; "Clean time" and %%measure --time measure without it.'
    )
  };
}

/** Of several runs the figure is the median. */
function runsWords(m: IMeasurement, trans: TranslationBundle): string[] {
  const untraced = m.runs.filter(run => !run.traced).length;
  return untraced > 1 ? [trans.__('median of %1 runs', untraced)] : [];
}

/** The cell's own time, if another run was not traced. */
function cleanWords(m: IMeasurement, trans: TranslationBundle): string[] {
  const clean = m.earlier?.untraced_wall_s ?? null;
  return m.traced && clean !== null
    ? [trans.__('%1 without', formatSeconds(clean))]
    : [];
}

function cpuTile(m: IMeasurement, trans: TranslationBundle): ITile {
  const cores = coresUsed(m.cpu_s, m.wall_s);
  const used =
    cores === null ? [] : [trans.__('%1 cores used', threeDigits(cores))];
  return {
    id: 'cpu',
    name: trans.__('CPU time'),
    value: formatSeconds(m.cpu_s),
    details: [...used, ...tracingWords(m, trans)],
    explanation: trans.__(
      'The time that processor cores worked for this process, all threads added up. Divided by the wall time it gives the cores used: far below 1, the cell waited; above 1, a library ran threads.'
    )
  };
}

function peakTile(m: IMeasurement, trans: TranslationBundle): ITile {
  return {
    id: 'peak',
    name: trans.__('Peak memory'),
    value: m.peak_bytes === null ? null : formatBytes(m.peak_bytes),
    details:
      m.peak_bytes === null
        ? tracedBefore(m, m.earlier?.peak_bytes, formatBytes, trans)
        : [peakDetail(m, trans)],
    explanation: trans.__(
      'The most memory that Python objects and NumPy arrays held at one moment, above what they held when the cell started. Every allocation is counted, so short-lived temporaries are in it.'
    )
  };
}

/** The figure of the traced runs of the same cell, where this run was not traced. */
function tracedBefore(
  m: IMeasurement,
  bytes: number | null | undefined,
  format: (bytes: number) => string,
  trans: TranslationBundle
): string[] {
  return m.traced || bytes === null || bytes === undefined
    ? []
    : [trans.__('%1 when traced', format(bytes))];
}

function peakDetail(m: IMeasurement, trans: TranslationBundle): string {
  if (tracingEnded(m)) {
    return trans.__(
      'in the first %1, then not traced',
      formatSeconds(m.traced_s)
    );
  }
  return m.state === 'running'
    ? trans.__('so far')
    : m.mode === 'repeat'
      ? trans.__('in the traced run')
      : trans.__('above the start');
}

function keptTile(m: IMeasurement, trans: TranslationBundle): ITile {
  return {
    id: 'kept',
    name: trans.__('Kept'),
    value: m.net_bytes === null ? null : formatBytesChange(m.net_bytes),
    details: keptDetails(m, trans),
    explanation: trans.__(
      'The memory that Python objects and NumPy arrays still hold when the cell has ended, compared with its start: what its variables keep alive. It is known only if all of the cell was traced.'
    )
  };
}

function keptDetails(m: IMeasurement, trans: TranslationBundle): string[] {
  if (m.net_bytes !== null) {
    return [trans.__('at the end')];
  }
  if (!m.traced) {
    return tracedBefore(m, m.earlier?.net_bytes, formatBytesChange, trans);
  }
  return tracingEnded(m)
    ? [trans.__('tracing ended before the cell')]
    : [trans.__('known at the end')];
}

function rssTile(m: IMeasurement, trans: TranslationBundle): ITile {
  const details: string[] = [];
  if (m.rss_peak_bytes !== null && m.rss_start_bytes !== null) {
    const change = formatBytesChange(m.rss_peak_bytes - m.rss_start_bytes);
    details.push(trans.__('%1 from the start', change));
  }
  if (m.rss_peak_bytes !== null && !m.rss_exact) {
    details.push(trans.__('sampled'));
  }
  return {
    id: 'rss',
    name: trans.__('Process (RSS)'),
    value: m.rss_peak_bytes === null ? null : formatBytes(m.rss_peak_bytes),
    details,
    explanation: trans.__(
      'The most physical memory that the whole kernel process held during the cell: Python, all libraries and their buffers. "Sampled" means the largest of the samples; the true peak may lie between two of them.'
    )
  };
}
