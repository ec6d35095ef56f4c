/** Data that the tests share: one measurement, with functions that change fields. */

import { nullTranslator } from '@jupyterlab/translation';

import type { IMeasurement } from '../../labextension/src/measurement';
import type { IEarlier, IOp, ISite } from '../../labextension/src/records';

export const trans = nullTranslator.load('tinytorch_lab');

const MIB = 2 ** 20;

/** A finished, wholly traced cell of two statements, with every field of docs/measurement-format.md. */
export function measurement(changes: object = {}): IMeasurement {
  const sample = {
    version: 1,
    state: 'done',
    mode: 'default',
    label: null,
    started: '2026-11-22T09:00:00+00:00',
    wall_s: 1.25,
    cpu_s: 2.5,
    traced: true,
    traced_s: 1.25,
    trace_complete: true,
    peak_bytes: 24 * MIB,
    net_bytes: 8 * MIB,
    rss_start_bytes: 100 * MIB,
    rss_peak_bytes: 130 * MIB,
    rss_exact: true,
    statements: [
      statement({
        line: 1,
        source: 'x = make()',
        wall_s: 1,
        peak_bytes: 24 * MIB,
        net_bytes: 8 * MIB
      }),
      statement({
        line: 2,
        source: 'y = x + 1',
        wall_s: 0.25,
        peak_bytes: 12 * MIB,
        net_bytes: 0
      })
    ],
    statements_total: 2,
    timeline: {
      t_s: [0, 0.5, 1, 1.25],
      rss_bytes: [100 * MIB, 130 * MIB, 110 * MIB, 108 * MIB],
      traced_bytes: [0, 24 * MIB, 8 * MIB, 8 * MIB],
      longest_gap_s: 0.1
    },
    error: null,
    gc: { collections: [1, 0, 0], pause_s: 0.001 },
    notes: [],
    machine: { python: '3.11.7', platform: 'Linux', cpus: 2 },
    ...changes
  };
  return sample as unknown as IMeasurement;
}

/** The same in version 2, with figures of every newer kind. */
export function fullMeasurement(changes: object = {}): IMeasurement {
  return measurement({
    version: 2,
    runs: [],
    lines: [
      {
        name: 'cell',
        in_cell: true,
        lines: [
          { line: 1, source: 'for i in range(9):', hits: 10, wall_s: 0.1 },
          { line: 2, source: '    work(i)', hits: 9, wall_s: 0.9 }
        ]
      }
    ],
    sites: [
      site({ kind: 'Python', source: 'names = list(x)', size_bytes: MIB }),
      site({
        file: 'numpy/_core/numeric.py',
        line: 200,
        source: '    a = empty(shape)',
        cell_line: 2,
        kind: 'NumPy',
        size_bytes: 7 * MIB
      })
    ],
    ops: [
      op({ name: 'add', wall_s: 0.1, flops: 1e6, moved_bytes: 12e6 }),
      op({ layer: '0', wall_s: 0.2, flops: 2e9, moved_bytes: 1e7 }),
      op({ layer: '1', wall_s: 0.2, flops: 2e9, moved_bytes: 1e7 }),
      op({ name: 'exp', wall_s: 0.01, flops: null, moved_bytes: 4e6 })
    ],
    layers: [
      {
        path: '0',
        type: 'Linear',
        phase: 'forward',
        calls: 1,
        wall_s: 0.2,
        flops: 2e9,
        moved_bytes: 1e7,
        parameters: 7850
      }
    ],
    tensors: {
      peak_live_bytes: 9 * MIB,
      parameters_bytes: MIB,
      gradients_bytes: MIB,
      optimizer_bytes: null,
      activations_bytes: 4 * MIB
    },
    roofline: {
      flops_per_s: 5e10,
      bytes_per_s: 1e10,
      blas: 'OpenBLAS, 2 threads',
      measured: '2026-11-20T09:00:00+00:00'
    },
    earlier: earlier({}),
    understand: [1, 2, 3, 4].map(rule => ({
      rule: `rule-${rule}`,
      text: `Sentence ${rule}.`,
      figures: { cpu_s: 2.5, peak_bytes: 24 * MIB }
    })),
    ...changes
  });
}

export function earlier(changes: Partial<IEarlier>): IEarlier {
  return {
    runs: 5,
    wall_s: [1.2, 1.3, 1.25, 1.22, 1.31],
    median_wall_s: 1.25,
    low_wall_s: 1.22,
    high_wall_s: 1.3,
    verdict: 'same',
    untraced_wall_s: 0.5,
    traced_wall_s: 1.25,
    peak_bytes: 24 * MIB,
    net_bytes: 8 * MIB,
    tracing_factor: 2.5,
    ...changes
  };
}

export function op(changes: Partial<IOp>): IOp {
  return {
    name: 'matmul',
    phase: 'forward',
    layer: null,
    calls: 1,
    wall_s: 0.1,
    flops: null,
    moved_bytes: null,
    ...changes
  };
}

export function site(changes: Partial<ISite>): ISite {
  return {
    file: 'cell',
    line: 1,
    source: '',
    cell_line: 1,
    kind: 'Python',
    size_bytes: 1024,
    blocks: 3,
    ...changes
  };
}

export function statement(changes: object): object {
  return {
    line: 1,
    end_line: 1,
    source: 'pass',
    wall_s: 0.1,
    cpu_s: 0.1,
    peak_bytes: 0,
    net_bytes: 0,
    done: true,
    ...changes
  };
}
