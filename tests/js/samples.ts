/** Data that the tests share: one measurement and one course, each with a function that changes fields. */

import { nullTranslator } from '@jupyterlab/translation';

import type { IMeasurement } from '../../labextension/src/measurement';
import type { ICourse, IModule } from '../../labextension/src/navigator/course';

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

export function module(changes: Partial<IModule>): IModule {
  return {
    id: '01_tensor',
    number: '01',
    title: 'Tensor',
    part: 'Foundation',
    builds: ['Tensor'],
    question: 'views against copies',
    needs: [],
    missing: [],
    points: 100,
    state: 'ready',
    solved: 0,
    exercises: 14,
    path: null,
    source: 'reference',
    ...changes
  };
}

/** Two parts with three modules: one in progress, one locked by it, one not there yet. */
export function course(changes: Partial<ICourse> = {}): ICourse {
  return {
    folder: { kind: 'student', version: 1 },
    problem: null,
    parts: ['Foundation', 'Vision'],
    modules: [
      module({ state: 'in progress', solved: 2 }),
      module({
        id: '02_activations',
        number: '02',
        title: 'Activations',
        state: 'locked',
        needs: ['01_tensor'],
        missing: ['01_tensor']
      }),
      module({
        id: '09_convolutions',
        number: '09',
        title: 'Convolutions',
        part: 'Vision',
        state: 'unavailable',
        exercises: 0
      })
    ],
    ...changes
  };
}
