/** Submissions of one module and what came of them (docs/class-api.md). */

/** One graded cell; `score` is null where it is not known yet. */
export interface ICellScore {
  gradeId: string;
  kind: string;
  points: number;
  score: number | null;
  /** First line of what its test raised; empty if nothing. */
  error: string;
}

/** One student of the class, and what there is of the module from them. */
export interface ISubmission {
  student: string;
  /** First and last name; empty without a roster. */
  name: string;
  state: string;
  /** A sentence about the state; empty where there is nothing to say. */
  reason: string;
  /** ISO 8601; null if nothing was handed in. */
  handedIn: string | null;
  /** ISO 8601: until when this student has time; null if as long as everybody. */
  extension: string | null;
  /** By how much it was late, in words; empty if it was not. */
  late: string;
  /** What counts, and what it was before the penalty; null where it is not known. */
  score: number | null;
  earned: number | null;
  /** What was restored or resolved. */
  notes: string[];
  /** Path of the feedback page; null if there is none. */
  page: string | null;
}

/** What lateness costs: a percentage of the points for each day that has begun, up to the cap. */
export interface IPolicy {
  /** ISO 8601; null if the module is never due. */
  due: string | null;
  percentPerDay: number;
  capPercent: number;
}

/** What of the policy is to be other; null takes it away. What is not named stays. */
export type IPolicyChanges = {
  [name in keyof IPolicy]?: IPolicy[name] | null;
};

export interface ISubmissions {
  rows: ISubmission[];
  maxScore: number;
  policy: IPolicy;
  /** Ids of students who were graded with earlier tests. */
  outdated: string[];
  /** The layers of isolation that this machine lacks, a sentence each. */
  unprotected: string[];
  /** Address of nbgrader's Formgrader; null where it is not installed. */
  formgrader: string | null;
}

export interface IOutcome {
  state: string;
  reason: string;
  score: number | null;
  maxScore: number;
}

/** What a student had before a run (null: nothing), and has now. */
export interface IChange {
  student: string;
  before: IOutcome | null;
  after: IOutcome;
}

export interface IGraded {
  changes: IChange[];
  /** Ids of students who were graded before. */
  kept: string[];
  outdated: string[];
}

export interface ICollected {
  taken: { student: string; outcome: string; remark: string }[];
  left: { place: string; reason: string }[];
}

export interface IFeedback {
  pages: number;
  /** The zip for an LMS, and its path for the file browser (null where that cannot reach it). */
  zip: string;
  path: string | null;
}

/** How one test went over all submissions with a score. */
export interface IItem {
  gradeId: string;
  points: number;
  /** So many submissions have it. */
  count: number;
  /** Percentage of them with full points. */
  passRate: number;
  meanScore: number;
  cpuS: number;
  /** Correlation with the score of the other tests; null where one of both does not vary. */
  discrimination: number | null;
  /** The most common first line of what failed, and in how many. */
  firstError: string;
  times: number;
  /** What to look at; empty if nothing. */
  remark: string;
}

export interface IItems {
  items: IItem[];
  file: IGradesFile;
}

/** A file that the browser saves. */
export interface IGradesFile {
  name: string;
  text: string;
}

export const NOT_HANDED_IN = 'not handed in';
export const NOT_GRADED = 'not graded yet';
export const NEEDS_MANUAL = 'needs manual grade';

/** So many names are said in a sentence; of the others only how many they are. */
const NAMED = 5;

/** The first of a long list, and how many come after them. */
export function firstNames(names: string[]): { first: string; more: number } {
  return {
    first: names.slice(0, NAMED).join(', '),
    more: Math.max(0, names.length - NAMED)
  };
}

/** Those who handed something in. */
export function handedIn(submissions: ISubmissions): ISubmission[] {
  return submissions.rows.filter(row => row.handedIn !== null);
}

/** How many are in each state, in the order in which the states first come. */
export function countStates(rows: ISubmission[]): Map<string, number> {
  const counts = new Map<string, number>();
  rows.forEach(({ state }) => counts.set(state, (counts.get(state) ?? 0) + 1));
  return counts;
}

/** Changes of who was graded before and has another score or state now. */
export function moved(changes: IChange[]): IChange[] {
  return changes.filter(
    ({ before, after }) =>
      before !== null &&
      (before.score !== after.score || before.state !== after.state)
  );
}
