/** The answer about the course, read field by field: a wrong one throws a `FieldError` with its name. */

import { Fields } from '../fields';
import {
  MODULE_STATES,
  type ICourse,
  type IMilestone,
  type IModule,
  type ITests
} from './course';

export function readCourse(data: unknown): ICourse {
  const course = new Fields(data, 'course');
  return {
    folder: course.objectOrNull('folder', folder => ({
      kind: folder.string('kind'),
      version: folder.number('version')
    })),
    problem: course.stringOrNull('problem'),
    parts: course.strings('parts'),
    modules: course.objects('modules', readModule),
    milestones: course.objects('milestones', readMilestone)
  };
}

function readModule(module: Fields): IModule {
  return {
    id: module.string('id'),
    number: module.string('number'),
    title: module.string('title'),
    part: module.string('part'),
    builds: module.strings('builds'),
    question: module.string('question'),
    needs: module.strings('needs'),
    missing: module.strings('missing'),
    points: module.numberOrNull('points'),
    state: module.word('state', MODULE_STATES),
    solved: module.number('solved'),
    exercises: module.number('exercises'),
    path: module.stringOrNull('path'),
    source: module.word('source', ['mine', 'reference'] as const),
    completed: module.boolean('completed'),
    tests: module.objectOrNull('tests', readTests),
    update: module.boolean('update'),
    timesReference: module.numberOrNull('timesReference'),
    measuredSeconds: module.number('measuredSeconds'),
    feedback: module.stringOrNull('feedback'),
    grade: module.objectOrNull('grade', grade => ({
      points: grade.number('points'),
      maxPoints: grade.number('maxPoints')
    })),
    problem: module.stringOrNull('problem')
  };
}

function readTests(tests: Fields): ITests {
  return {
    passed: tests.number('passed'),
    total: tests.number('total'),
    points: tests.number('points'),
    maxPoints: tests.number('maxPoints'),
    at: tests.string('at'),
    stale: tests.boolean('stale')
  };
}

function readMilestone(milestone: Fields): IMilestone {
  return {
    id: milestone.string('id'),
    number: milestone.string('number'),
    title: milestone.string('title'),
    notebook: milestone.string('notebook'),
    missing: milestone.strings('missing')
  };
}
