/** A course that the tests share, its answers, and a server that gives them. */

import type { ICourseApi } from '../../labextension/src/course/api';
import type { IStep } from '../../labextension/src/course/answers';
import type {
  ICourse,
  IMilestone,
  IModule
} from '../../labextension/src/course/course';
import type {
  IOutcome,
  ITested,
  Message
} from '../../labextension/src/course/outcome';

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
    path: 'modules/01_tensor/tensor.ipynb',
    source: 'reference',
    completed: false,
    tests: null,
    update: false,
    timesReference: null,
    measuredSeconds: 0,
    feedback: null,
    grade: null,
    problem: null,
    ...changes
  };
}

export function milestone(changes: Partial<IMilestone>): IMilestone {
  return {
    id: '1_1957_perceptron',
    number: '1',
    title: 'The perceptron',
    notebook: 'milestones/1_1957_perceptron.ipynb',
    missing: ['01_tensor'],
    ...changes
  };
}

/** Two parts with three modules: one in progress, one locked by it, one not there yet. No milestones. */
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
        builds: ['ReLU'],
        state: 'locked',
        needs: ['01_tensor'],
        missing: ['01_tensor'],
        path: 'modules/02_activations/activations.ipynb'
      }),
      module({
        id: '09_convolutions',
        number: '09',
        title: 'Convolutions',
        part: 'Vision',
        state: 'unavailable',
        exercises: 0,
        path: null
      })
    ],
    milestones: [],
    ...changes
  };
}

export function step(changes: Partial<IStep>): IStep {
  return {
    kind: 'build',
    title: 'as_array',
    section: '1.1 What comes in',
    cellId: '01-as-array',
    done: false,
    message: '',
    points: 9,
    hints: [],
    ...changes
  };
}

export function outcome(changes: Partial<IOutcome> = {}): IOutcome {
  return {
    gradeId: '01-as-array-test',
    cellId: '01-as-array-test',
    points: 9,
    state: 'failed',
    message: 'as_array([1]) gave None',
    traceback: 'AssertionError: as_array([1]) gave None\n  line 3',
    causeId: '',
    ...changes
  };
}

export function passed(id: string): IOutcome {
  return outcome({
    gradeId: id,
    cellId: id,
    state: 'passed',
    message: '',
    traceback: ''
  });
}

export function tested(...outcomes: IOutcome[]): ITested {
  const whole = outcomes.filter(({ state }) => state === 'passed');
  const sum = (of: IOutcome[]) => of.reduce((all, o) => all + o.points, 0);
  return {
    passed: whole.length,
    total: outcomes.length,
    points: sum(whole),
    maxPoints: sum(outcomes),
    stopped: null,
    outcomes
  };
}

/** The stream of a run with these outcomes, without its last line. */
export function testMessages(...outcomes: IOutcome[]): Message[] {
  return outcomes.map((each, index) => ({
    kind: 'test',
    outcome: each,
    number: index + 1,
    total: outcomes.length
  }));
}

/** A server that refuses whatever `answers` does not answer. */
export function api(answers: Partial<ICourseApi> = {}): ICourseApi {
  const refuse = (): Promise<never> =>
    Promise.reject(new Error('Nobody expects this.'));
  return {
    course: async () => course(),
    makeFolder: refuse,
    open: async id => `modules/${id}/x.ipynb`,
    openMilestone: refuse,
    outline: async () => [],
    run: refuse,
    use: refuse,
    reset: refuse,
    update: refuse,
    updateFrom: refuse,
    submit: refuse,
    solution: refuse,
    ...answers
  };
}
