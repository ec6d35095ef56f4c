/** Which submissions the table shows, and in which order. Pure. */

import type { ISubmission } from './data';
import { studentText } from './texts';

export type SortKey = 'student' | 'state' | 'score' | 'handedIn';

export interface IOrder {
  key: SortKey;
  descending: boolean;
}

export interface IChoice {
  /** The state that is wanted; empty: all. */
  state: string;
  /** Words that the student's name or id contains. */
  query: string;
  /** Null: as the roster has them. */
  order: IOrder | null;
}

export const EVERYBODY: IChoice = { state: '', query: '', order: null };

/** Names in the reader's alphabet, s2 before s10. */
const collator = new Intl.Collator(undefined, { numeric: true });

/** Those whom the choice lets through, in its order; what is not known stands last. */
export function chosen(rows: ISubmission[], choice: IChoice): ISubmission[] {
  const words = plain(choice.query).split(/\s+/);
  const found = rows.filter(row => {
    const text = plain(studentText(row));
    return (
      (choice.state === '' || row.state === choice.state) &&
      words.every(word => text.includes(word))
    );
  });
  return choice.order === null ? found : sorted(found, choice.order);
}

/** The order after a click on the head of a column: upwards, then downwards, then the roster's. */
export function clicked(order: IOrder | null, key: SortKey): IOrder | null {
  if (order?.key !== key) {
    return { key, descending: false };
  }
  return order.descending ? null : { key, descending: true };
}

function sorted(rows: ISubmission[], order: IOrder): ISubmission[] {
  const { key, descending } = order;
  const valueOf = (row: ISubmission) =>
    key === 'student' ? studentText(row) : row[key];
  return [...rows].sort((a, b) => {
    const [left, right] = [valueOf(a), valueOf(b)];
    if (left === null || right === null) {
      return (left === null ? 1 : 0) - (right === null ? 1 : 0);
    }
    const difference =
      typeof left === 'number' && typeof right === 'number'
        ? left - right
        : collator.compare(String(left), String(right));
    return descending ? -difference : difference;
  });
}

/** Small letters without accents: who looks for Godel finds Gödel. */
function plain(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase()
    .trim();
}
