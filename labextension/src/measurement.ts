/**
 * The measurement as the kernel sends it: docs/measurement-format.md, versions 1 and 2.
 * A notebook may hold anything under our MIME type, so nothing is believed before `readMeasurement` has looked at it.
 */

import { FieldError, Fields } from './fields';
import {
  readEarlier,
  readError,
  readInsight,
  readLayer,
  readLineProfile,
  readOp,
  readRoofline,
  readRun,
  readSite,
  readStatement,
  readTensors,
  readTimeline
} from './read-records';
import type {
  IEarlier,
  IInsight,
  ILayer,
  ILineProfile,
  IMeasurementError,
  IOp,
  IRoofline,
  IRun,
  ISite,
  IStatement,
  ITensorMemory,
  ITimeline
} from './records';

export const MIME_TYPE = 'application/vnd.tinytorch.measure+json';

/** The newest format that this front end can read. */
export const FORMAT_VERSION = 2;

const STATES = ['running', 'done', 'error', 'interrupted'] as const;
const MODES = ['default', 'time', 'memory', 'repeat'] as const;

export type MeasurementState = (typeof STATES)[number];
export type MeasurementMode = (typeof MODES)[number];

/** What the views show: the part of the format that they use. */
export interface IMeasurement extends INewerFigures {
  version: number;
  state: MeasurementState;
  mode: MeasurementMode;
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

/** What version 2 added; empty in a measurement of version 1. */
export interface INewerFigures {
  runs: IRun[];
  lines: ILineProfile[];
  sites: ISite[];
  ops: IOp[];
  layers: ILayer[];
  tensors: ITensorMemory | null;
  roofline: IRoofline | null;
  earlier: IEarlier | null;
  understand: IInsight[];
}

/** A measurement, or why there is none: a newer version, or a field that is not what the format says. */
export type Reading =
  | { kind: 'measurement'; measurement: IMeasurement }
  | { kind: 'newer'; version: number }
  | { kind: 'malformed'; field: string };

/** Reads untrusted JSON; never throws. */
export function readMeasurement(data: unknown): Reading {
  try {
    const object = new Fields(data, '');
    const version = object.number('version');
    if (version > FORMAT_VERSION) {
      return { kind: 'newer', version };
    }
    if (version !== 1 && version !== FORMAT_VERSION) {
      throw new FieldError('version');
    }
    return {
      kind: 'measurement',
      measurement: {
        ...readFirstFigures(object, version),
        ...(version === 1 ? noNewerFigures() : readNewerFigures(object))
      }
    };
  } catch (error) {
    if (error instanceof FieldError) {
      return { kind: 'malformed', field: error.field };
    }
    throw error;
  }
}

function readFirstFigures(
  object: Fields,
  version: number
): Omit<IMeasurement, keyof INewerFigures> {
  return {
    version,
    state: object.word('state', STATES),
    mode: object.word('mode', MODES),
    label: object.stringOrNull('label'),
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
    statements: object.objects('statements', readStatement),
    statements_total: object.number('statements_total'),
    timeline: readTimeline(object.object('timeline')),
    error: object.objectOrNull('error', readError),
    notes: object.strings('notes')
  };
}

function readNewerFigures(object: Fields): INewerFigures {
  return {
    runs: object.objects('runs', readRun),
    lines: object.objects('lines', readLineProfile),
    sites: object.objects('sites', readSite),
    ops: object.objects('ops', readOp),
    layers: object.objects('layers', readLayer),
    tensors: object.objectOrNull('tensors', readTensors),
    roofline: object.objectOrNull('roofline', readRoofline),
    earlier: object.objectOrNull('earlier', readEarlier),
    understand: object.objects('understand', readInsight)
  };
}

function noNewerFigures(): INewerFigures {
  return {
    runs: [],
    lines: [],
    sites: [],
    ops: [],
    layers: [],
    tensors: null,
    roofline: null,
    earlier: null,
    understand: []
  };
}
