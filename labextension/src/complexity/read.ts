/** Reads a sweep from JSON that is not believed. */

import { FieldError, Fields } from '../fields';
import {
  FORMAT_VERSION,
  RESOURCES,
  STATES,
  VERDICTS,
  type IComplexity,
  type ICurve,
  type IDeciding,
  type IGivenPrediction,
  type IGrowth,
  type IKnee,
  type Interval,
  type IPoint,
  type Resource
} from './result';

/** A sweep, or why there is none: a newer version, or a field that is not what the format says. */
export type Reading =
  | { kind: 'complexity'; complexity: IComplexity }
  | { kind: 'newer'; version: number }
  | { kind: 'malformed'; field: string };

/** Never throws. */
export function readComplexity(data: unknown): Reading {
  try {
    const object = new Fields(data, '');
    const version = object.number('version');
    if (version > FORMAT_VERSION) {
      return { kind: 'newer', version };
    }
    if (version !== FORMAT_VERSION) {
      throw new FieldError('version');
    }
    return { kind: 'complexity', complexity: readSweep(object) };
  } catch (error) {
    if (error instanceof FieldError) {
      return { kind: 'malformed', field: error.field };
    }
    throw error;
  }
}

function readSweep(object: Fields): IComplexity {
  const names = object.strings('names');
  if (names.length === 0) {
    throw new FieldError('names');
  }
  return {
    state: object.word('state', STATES),
    names,
    measures: readMeasures(object),
    points: object.objects('points', point => readPoint(point, names)),
    time: object.objectOrNull('time', growth => readGrowth(growth, names)),
    memory: object.objectOrNull('memory', growth => readGrowth(growth, names)),
    clock: object.string('clock'),
    prediction: object.objectOrNull('prediction', readPrediction),
    ask: object.boolean('ask'),
    stopped: object.objectOrNull('stopped', stop => ({
      reason: stop.string('reason'),
      text: stop.string('text')
    })),
    progress: readProgress(object.object('progress')),
    notes: object.strings('notes'),
    started: object.string('started')
  };
}

function readMeasures(object: Fields): Resource[] {
  const named = object.strings('measures');
  return RESOURCES.filter(resource => named.includes(resource));
}

function readProgress(object: Fields): IComplexity['progress'] {
  return {
    spent_s: object.number('spent_s'),
    budget_s: object.number('budget_s'),
    doing: object.string('doing')
  };
}

function readPoint(object: Fields, names: string[]): IPoint {
  const sizes = readNumbers(object, 'sizes');
  if (names.some(name => sizes[name] === undefined)) {
    throw new FieldError('points.sizes');
  }
  return {
    sizes,
    time_s: object.numberOrNull('time_s'),
    low_s: object.numberOrNull('low_s'),
    high_s: object.numberOrNull('high_s'),
    runs: object.number('runs'),
    peak_bytes: object.numberOrNull('peak_bytes')
  };
}

function readGrowth(object: Fields, names: string[]): IGrowth {
  return {
    best: object.string('best'),
    decided: object.boolean('decided'),
    candidates: object.strings('candidates'),
    confidence: object.number('confidence'),
    exponent: object.numberOrNull('exponent'),
    interval: readInterval(object, 'interval'),
    exponents: readNumbers(object, 'exponents'),
    intervals: readIntervals(object.object('intervals'), names),
    formula: object.string('formula'),
    base: object.numberOrNull('base'),
    doubling: readNumbers(object, 'doubling'),
    doubled: readNumbers(object, 'doubled'),
    noise: object.number('noise'),
    deciding: object.objectOrNull('deciding', readDeciding),
    knees: object.objects('knees', readKnee),
    curves: object.objects('curves', readCurve),
    sentences: object.strings('sentences')
  };
}

function readDeciding(object: Fields): IDeciding {
  return {
    start: object.number('start'),
    end: object.number('end'),
    factor: object.number('factor'),
    expected: readNumbers(object, 'expected'),
    text: object.string('text')
  };
}

function readKnee(object: Fields): IKnee {
  return {
    name: object.string('name'),
    at: object.number('at'),
    kind: object.string('kind'),
    text: object.string('text')
  };
}

function readCurve(object: Fields): ICurve {
  const curve = {
    name: object.string('name'),
    sizes: object.numbers('sizes'),
    values: object.numbers('values'),
    low: object.numbers('low'),
    high: object.numbers('high'),
    others: readNumbers(object, 'others')
  };
  const lengths = [curve.low.length, curve.high.length];
  if (
    curve.values.length !== curve.sizes.length ||
    lengths.some(length => length !== 0 && length !== curve.sizes.length)
  ) {
    throw new FieldError('curves');
  }
  return curve;
}

function readPrediction(object: Fields): IGivenPrediction {
  return {
    text: object.string('text'),
    formula: object.string('formula'),
    verdict: object.isNull('verdict') ? null : object.word('verdict', VERDICTS),
    sentence: object.string('sentence'),
    curves: object.objects('curves', readCurve)
  };
}

function readNumbers(object: Fields, key: string): Record<string, number> {
  const values = object.object(key).plain();
  if (Object.values(values).some(value => typeof value !== 'number')) {
    throw new FieldError(key);
  }
  return values as Record<string, number>;
}

function readIntervals(
  object: Fields,
  names: string[]
): Record<string, Interval> {
  const intervals: Record<string, Interval> = {};
  for (const name of names) {
    const interval = readInterval(object, name);
    if (interval !== null) {
      intervals[name] = interval;
    }
  }
  return intervals;
}

function readInterval(object: Fields, key: string): Interval | null {
  if (object.isNull(key)) {
    return null;
  }
  const ends = object.numbers(key);
  if (ends.length !== 2) {
    throw new FieldError(key);
  }
  return ends as Interval;
}
