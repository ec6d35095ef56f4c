/** What is said about submissions. Pure. */

import type { TranslationBundle } from '@jupyterlab/translation';

import {
  handedIn,
  moved,
  NEEDS_MANUAL,
  NOT_GRADED,
  type IGraded,
  type IOutcome,
  type IPolicy,
  type ISubmission,
  type ISubmissions
} from './data';
import { formatSeconds } from '../format';
import type { IActivity } from './model';

/** "12 handed in · 3 not graded yet · 2 wait for you · 1 without a score" */
export function summaryText(
  submissions: ISubmissions,
  trans: TranslationBundle
): string {
  const rows = handedIn(submissions);
  const count = (state: string) =>
    rows.filter(row => row.state === state).length;
  const waiting = count(NOT_GRADED);
  const without = rows.filter(row => row.score === null).length - waiting;
  const parts: [number, string][] = [
    [waiting, trans.__('%1 not graded yet', waiting)],
    [
      count(NEEDS_MANUAL),
      trans.__('%1 with answers that you must read', count(NEEDS_MANUAL))
    ],
    [without, trans.__('%1 without a score', without)]
  ];
  return [
    trans.__('%1 of %2 handed in', rows.length, submissions.rows.length),
    ...parts.filter(([number]) => number > 0).map(([, text]) => text)
  ].join(' · ');
}

/** "Ada Lovelace (ada)" */
export function studentText(row: ISubmission): string {
  return row.name === '' ? row.student : `${row.name} (${row.student})`;
}

/** "2.5 of 5"; a dash where it is not known. */
export function scoreText(
  score: number | null,
  maxScore: number,
  trans: TranslationBundle
): string {
  return score === null ? '–' : trans.__('%1 of %2', rounded(score), maxScore);
}

function rounded(score: number): number {
  return Math.round(score * 100) / 100;
}

export function outcomeText(
  outcome: IOutcome,
  trans: TranslationBundle
): string {
  return scoreText(outcome.score, outcome.maxScore, trans);
}

/** "Due Dec 1, 2026, 11:59 PM. Late work loses 10 % a day, at most 50 %." */
export function policyText(policy: IPolicy, trans: TranslationBundle): string {
  const { due, percentPerDay, capPercent } = policy;
  if (due === null) {
    return trans.__('No due date: nothing is late.');
  }
  const cost =
    percentPerDay === 0
      ? trans.__('Lateness costs nothing.')
      : trans.__(
          'Late work loses %1 % of its points a day, at most %2 %.',
          percentPerDay,
          capPercent
        );
  return `${trans.__('Due %1.', timeText(due))} ${cost}`;
}

/** "−0.5 for lateness"; empty if lateness has cost nothing. */
export function penaltyText(
  row: ISubmission,
  trans: TranslationBundle
): string {
  const { score, earned } = row;
  return score === null || earned === null || score === earned
    ? ''
    : trans.__('-%1 for lateness', rounded(earned - score));
}

/** Day and time in the reader's language; the text itself if it is no date. */
export function timeText(at: string): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime())
    ? at
    : date.toLocaleString(undefined, {
        dateStyle: 'medium',
        timeStyle: 'short'
      });
}

/** "Grading: 5 of 40, about 12 s left" */
export function activityText(
  activity: IActivity,
  trans: TranslationBundle
): string {
  const { kind, number, total, secondsLeft } = activity;
  if (kind === 'collect') {
    return trans.__('Collecting…');
  }
  const what =
    kind === 'grade' ? trans.__('Grading') : trans.__('Making the pages');
  if (total === 0) {
    return trans.__('%1: starting…', what);
  }
  return number < total
    ? trans.__(
        '%1: %2 of %3, about %4 left',
        what,
        number,
        total,
        formatSeconds(Math.max(1, Math.round(secondsLeft)))
      )
    : trans.__('%1: %2 of %3', what, number, total);
}

/** "3 graded. 37 were graded before and stay. Of 3 graded again, 2 changed." */
export function gradedText(graded: IGraded, trans: TranslationBundle): string {
  const { changes, kept } = graded;
  const again = changes.filter(change => change.before !== null).length;
  return [
    trans.__('%1 graded.', changes.length),
    kept.length > 0
      ? trans._n(
          '%1 was graded before and stays.',
          '%1 were graded before and stay.',
          kept.length
        )
      : null,
    again > 0
      ? trans.__(
          'Of %1 graded again, %2 changed.',
          again,
          moved(changes).length
        )
      : null
  ]
    .filter(sentence => sentence !== null)
    .join(' ');
}
