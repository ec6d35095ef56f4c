/** What the browser asks the server about submissions; the server refuses all of it unless it is an instructor's. */

import type { TranslationBundle } from '@jupyterlab/translation';

import { Asker } from '../asker';
import type {
  ICellScore,
  ICollected,
  IGradesFile,
  IItems,
  IPolicyChanges,
  ISubmissions
} from './data';
import {
  readCells,
  readCollected,
  readFeedbackMessage,
  readGradeMessage,
  readGradesFile,
  readItems,
  readSubmissions,
  type RunMessage
} from './read';

/** An LMS's export, as the user chose it. */
export interface IExport {
  name: string;
  /** Base64. */
  content: string;
}

type OnMessage = (message: RunMessage) => void;

/** Each function rejects with a sentence for the reader. */
export interface IGradingApi {
  submissions(module: string): Promise<ISubmissions>;
  /** What each graded cell of one submission got. */
  cells(module: string, student: string): Promise<ICellScore[]>;
  /** Takes in an LMS's export; what lies in nbgrader's exchange without one. */
  collect(module: string, file: IExport | null): Promise<ICollected>;
  /** Grades what is new, with `again` everything, of these students (none: all). Aborting the signal keeps what is graded. */
  grade(
    module: string,
    students: string[],
    again: boolean,
    onMessage: OnMessage,
    signal: AbortSignal
  ): Promise<void>;
  /** Makes a page for each who was graded. */
  feedback(
    module: string,
    onMessage: OnMessage,
    signal: AbortSignal
  ): Promise<void>;
  changePolicy(module: string, changes: IPolicyChanges): Promise<void>;
  /** Gives the student until then (ISO 8601); with null as long as everybody has. */
  extend(module: string, student: string, until: string | null): Promise<void>;
  grades(module: string, anonymous: boolean): Promise<IGradesFile>;
  /** How each test went over all submissions. */
  items(module: string): Promise<IItems>;
}

export function gradingApi(trans: TranslationBundle): IGradingApi {
  const server = new Asker(trans);
  return {
    submissions: module =>
      server.ask('class/submissions', readSubmissions, { module }),
    cells: (module, student) =>
      server.ask('class/cells', readCells, { module, student }),
    collect: (module, file) =>
      server.ask('class/collect', readCollected, {
        module,
        ...(file ?? { name: '', content: '' })
      }),
    grade: (module, students, again, ...rest) =>
      server.stream(
        'class/grade',
        { module, students, again },
        readGradeMessage,
        ...rest
      ),
    feedback: (module, ...rest) =>
      server.stream(
        'class/feedback',
        { module, students: [], hidden: false },
        readFeedbackMessage,
        ...rest
      ),
    changePolicy: (module, { due, percentPerDay, capPercent }) =>
      server.ask('class/policy', () => undefined, {
        module,
        // JSON leaves out what is undefined: what is not named stays.
        changes: {
          due,
          percent_per_day: percentPerDay,
          cap_percent: capPercent
        }
      }),
    extend: (module, student, until) =>
      server.ask('class/extension', () => undefined, {
        module,
        student,
        until: until ?? ''
      }),
    grades: (module, anonymous) =>
      server.ask('class/grades', readGradesFile, { module, anonymous }),
    items: module => server.ask('class/items', readItems, { module })
  };
}
