/**
 * The measurement as the kernel sends it: docs/measurement-format.md, versions 1 and 2.
 * A notebook may hold anything under our MIME type, so nothing is believed before `readMeasurement` has looked at it.
 */

export const MIME_TYPE = 'application/vnd.tinytorch.measure+json';

/** The newest format that this front end can read. */
export const FORMAT_VERSION = 2;

export type MeasurementState = 'running' | 'done' | 'error' | 'interrupted';

/** One top-level statement of the cell. */
export interface IStatement {
  line: number;
  end_line: number;
  source: string;
  wall_s: number;
  cpu_s: number;
  peak_bytes: number | null;
  net_bytes: number | null;
  done: boolean;
}

/** Equal-length lists, one entry a sample. */
export interface ITimeline {
  t_s: number[];
  rss_bytes: (number | null)[];
  traced_bytes: (number | null)[];
  longest_gap_s: number;
}

export interface IMeasurementError {
  type: string;
  message: string;
  line: number | null;
}

/** What the views show: the part of the format that they use. */
export interface IMeasurement {
  version: number;
  state: MeasurementState;
  label: string | null;
  wall_s: number;
  cpu_s: number;
  traced: boolean;
  traced_s: number;
  trace_complete: boolean;
  peak_bytes: number | null;
  net_bytes: number | null;
  rss_start_bytes: number | null;
  rss_peak_bytes: number | null;
  rss_exact: boolean;
  statements: IStatement[];
  statements_total: number;
  timeline: ITimeline;
  error: IMeasurementError | null;
  notes: string[];
}

/** A measurement, or why there is none: a newer version, or a field that is not what the format says. */
export type Reading =
  | { kind: 'measurement'; measurement: IMeasurement }
  | { kind: 'newer'; version: number }
  | { kind: 'malformed'; field: string };

const STATES: string[] = ['running', 'done', 'error', 'interrupted'];

/** Reads untrusted JSON; never throws. */
export function readMeasurement(data: unknown): Reading {
  try {
    const object = new Fields(data, '');
    const version = object.number('version');
    if (version > FORMAT_VERSION) {
      return { kind: 'newer', version };
    }
    return { kind: 'measurement', measurement: readVersion1(object, version) };
  } catch (error) {
    if (error instanceof FieldError) {
      return { kind: 'malformed', field: error.field };
    }
    throw error;
  }
}

function readVersion1(object: Fields, version: number): IMeasurement {
  const state = object.string('state');
  if (!STATES.includes(state)) {
    throw new FieldError('state');
  }
  return {
    version,
    state: state as MeasurementState,
    label: object.nullable('label', 'string') as string | null,
    wall_s: object.number('wall_s'),
    cpu_s: object.number('cpu_s'),
    traced: object.boolean('traced'),
    traced_s: object.number('traced_s'),
    trace_complete: object.boolean('trace_complete'),
    peak_bytes: object.numberOrNull('peak_bytes'),
    net_bytes: object.numberOrNull('net_bytes'),
    rss_start_bytes: object.numberOrNull('rss_start_bytes'),
    rss_peak_bytes: object.numberOrNull('rss_peak_bytes'),
    rss_exact: object.boolean('rss_exact'),
    statements: object.list('statements').map(readStatement),
    statements_total: object.number('statements_total'),
    timeline: readTimeline(object.object('timeline')),
    error: object.isNull('error') ? null : readError(object.object('error')),
    notes: object.list('notes').map(String)
  };
}

function readStatement(data: unknown, index: number): IStatement {
  const object = new Fields(data, `statements[${index}]`);
  return {
    line: object.number('line'),
    end_line: object.number('end_line'),
    source: object.string('source'),
    wall_s: object.number('wall_s'),
    cpu_s: object.number('cpu_s'),
    peak_bytes: object.numberOrNull('peak_bytes'),
    net_bytes: object.numberOrNull('net_bytes'),
    done: object.boolean('done')
  };
}

function readTimeline(object: Fields): ITimeline {
  const t_s = object.numbers('t_s') as number[];
  const rss_bytes = object.numbers('rss_bytes', true);
  const traced_bytes = object.numbers('traced_bytes', true);
  if (rss_bytes.length !== t_s.length || traced_bytes.length !== t_s.length) {
    throw new FieldError('timeline');
  }
  return {
    t_s,
    rss_bytes,
    traced_bytes,
    longest_gap_s: object.number('longest_gap_s')
  };
}

function readError(object: Fields): IMeasurementError {
  return {
    type: object.string('type'),
    message: object.string('message'),
    line: object.numberOrNull('line')
  };
}

/** Thrown inside this file only: the named field is not what the format says. */
class FieldError extends Error {
  constructor(readonly field: string) {
    super(`Malformed field ${field}`);
  }
}

/** Typed access to one JSON object; a wrong field throws a `FieldError` with its full name. */
class Fields {
  constructor(data: unknown, name: string) {
    if (typeof data !== 'object' || data === null || Array.isArray(data)) {
      throw new FieldError(name || 'version');
    }
    this._data = data as Record<string, unknown>;
    this._name = name;
  }

  number(key: string): number {
    const value = this._data[key];
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      throw new FieldError(this._path(key));
    }
    return value;
  }

  string(key: string): string {
    return this._typed(key, 'string') as string;
  }

  boolean(key: string): boolean {
    return this._typed(key, 'boolean') as boolean;
  }

  isNull(key: string): boolean {
    return this._data[key] === null || this._data[key] === undefined;
  }

  nullable(key: string, type: string): unknown {
    return this.isNull(key) ? null : this._typed(key, type);
  }

  numberOrNull(key: string): number | null {
    return this.isNull(key) ? null : this.number(key);
  }

  object(key: string): Fields {
    return new Fields(this._data[key], this._path(key));
  }

  list(key: string): unknown[] {
    const value = this._data[key];
    if (!Array.isArray(value)) {
      throw new FieldError(this._path(key));
    }
    return value;
  }

  numbers(key: string, nullAllowed = false): (number | null)[] {
    const fits = (entry: unknown) =>
      entry === null ? nullAllowed : Number.isFinite(entry);
    const value = this.list(key);
    if (!value.every(fits)) {
      throw new FieldError(this._path(key));
    }
    return value as (number | null)[];
  }

  private _typed(key: string, type: string): unknown {
    const value = this._data[key];
    if (typeof value !== type) {
      throw new FieldError(this._path(key));
    }
    return value;
  }

  private _path(key: string): string {
    return this._name ? `${this._name}.${key}` : key;
  }

  private _data: Record<string, unknown>;
  private _name: string;
}
