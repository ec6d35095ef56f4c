/** Readers of the parts of a measurement, from JSON that is not believed. */

import { FieldError, type Fields } from './fields';
import {
  KINDS,
  PHASES,
  VERDICTS,
  type IEarlier,
  type IInsight,
  type ILayer,
  type ILine,
  type ILineProfile,
  type IMeasurementError,
  type IOp,
  type IRoofline,
  type IRun,
  type ISite,
  type IStatement,
  type ITensorMemory,
  type ITimeline
} from './records';

export function readStatement(object: Fields): IStatement {
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

export function readTimeline(object: Fields): ITimeline {
  const t_s = object.numbers('t_s');
  const rss_bytes = object.numbersOrNull('rss_bytes');
  const traced_bytes = object.numbersOrNull('traced_bytes');
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

export function readError(object: Fields): IMeasurementError {
  return {
    type: object.string('type'),
    message: object.string('message'),
    line: object.numberOrNull('line')
  };
}

export function readRun(object: Fields): IRun {
  return {
    wall_s: object.number('wall_s'),
    cpu_s: object.number('cpu_s'),
    traced: object.boolean('traced')
  };
}

export function readLineProfile(object: Fields): ILineProfile {
  return {
    name: object.string('name'),
    in_cell: object.boolean('in_cell'),
    lines: object.objects('lines', readLine)
  };
}

function readLine(object: Fields): ILine {
  return {
    line: object.number('line'),
    source: object.string('source'),
    hits: object.number('hits'),
    wall_s: object.number('wall_s')
  };
}

export function readSite(object: Fields): ISite {
  return {
    file: object.string('file'),
    line: object.number('line'),
    source: object.string('source'),
    cell_line: object.numberOrNull('cell_line'),
    kind: object.word('kind', KINDS),
    size_bytes: object.number('size_bytes'),
    blocks: object.number('blocks')
  };
}

export function readOp(object: Fields): IOp {
  return {
    name: object.string('name'),
    phase: object.word('phase', PHASES),
    layer: object.stringOrNull('layer'),
    calls: object.number('calls'),
    wall_s: object.number('wall_s'),
    flops: object.numberOrNull('flops'),
    moved_bytes: object.numberOrNull('moved_bytes')
  };
}

export function readLayer(object: Fields): ILayer {
  return {
    path: object.string('path'),
    type: object.string('type'),
    phase: object.word('phase', PHASES),
    calls: object.number('calls'),
    wall_s: object.number('wall_s'),
    flops: object.numberOrNull('flops'),
    moved_bytes: object.numberOrNull('moved_bytes'),
    parameters: object.number('parameters')
  };
}

export function readTensors(object: Fields): ITensorMemory {
  return {
    peak_live_bytes: object.numberOrNull('peak_live_bytes'),
    parameters_bytes: object.numberOrNull('parameters_bytes'),
    gradients_bytes: object.numberOrNull('gradients_bytes'),
    optimizer_bytes: object.numberOrNull('optimizer_bytes'),
    activations_bytes: object.numberOrNull('activations_bytes')
  };
}

export function readRoofline(object: Fields): IRoofline {
  return {
    flops_per_s: object.number('flops_per_s'),
    bytes_per_s: object.number('bytes_per_s'),
    blas: object.string('blas'),
    measured: object.string('measured')
  };
}

export function readEarlier(object: Fields): IEarlier {
  return {
    runs: object.number('runs'),
    wall_s: object.numbers('wall_s'),
    median_wall_s: object.numberOrNull('median_wall_s'),
    low_wall_s: object.numberOrNull('low_wall_s'),
    high_wall_s: object.numberOrNull('high_wall_s'),
    verdict: object.word('verdict', VERDICTS),
    untraced_wall_s: object.numberOrNull('untraced_wall_s'),
    traced_wall_s: object.numberOrNull('traced_wall_s'),
    peak_bytes: object.numberOrNull('peak_bytes'),
    net_bytes: object.numberOrNull('net_bytes'),
    tracing_factor: object.numberOrNull('tracing_factor')
  };
}

export function readInsight(object: Fields): IInsight {
  return {
    rule: object.string('rule'),
    text: object.string('text'),
    figures: object.object('figures').plain()
  };
}
