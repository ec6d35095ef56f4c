/** Two texts side by side, line by line. Pure. */

export interface ILine {
  /** From 1. */
  number: number;
  text: string;
}

/** One line of the table; `mine` or `reference` is null where the other side has a line more. */
export interface IDiffRow {
  kind: 'same' | 'changed' | 'mine' | 'reference';
  mine: ILine | null;
  reference: ILine | null;
}

/** The longest common lines stand beside each other; what stands between them is paired from the top. */
export function sideBySide(mine: string, reference: string): IDiffRow[] {
  const [left, right] = [linesOf(mine), linesOf(reference)];
  const rows: IDiffRow[] = [];
  let [i, j] = [0, 0];
  for (const [same, other] of [
    ...commonLines(left, right),
    [left.length, right.length] as const
  ]) {
    rows.push(...paired(left.slice(i, same), right.slice(j, other)));
    const [a, b] = [left[same], right[other]];
    if (a !== undefined && b !== undefined) {
      rows.push({ kind: 'same', mine: a, reference: b });
    }
    [i, j] = [same + 1, other + 1];
  }
  return rows;
}

function linesOf(text: string): ILine[] {
  return text === ''
    ? []
    : text
        .split('\n')
        .map((line, index) => ({ number: index + 1, text: line }));
}

/** Where the lines of the longest common subsequence stand, left and right. */
function commonLines(
  left: ILine[],
  right: ILine[]
): (readonly [number, number])[] {
  // longest[i][j]: how many lines left[i..] and right[j..] have in common.
  const longest = Array.from({ length: left.length + 1 }, () =>
    new Array<number>(right.length + 1).fill(0)
  );
  const at = (i: number, j: number) => longest[i]?.[j] ?? 0;
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      (longest[i] as number[])[j] =
        left[i]?.text === right[j]?.text
          ? at(i + 1, j + 1) + 1
          : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const common: [number, number][] = [];
  let [i, j] = [0, 0];
  while (i < left.length && j < right.length) {
    if (left[i]?.text === right[j]?.text) {
      common.push([i++, j++]);
    } else if (at(i + 1, j) >= at(i, j + 1)) {
      i++;
    } else {
      j++;
    }
  }
  return common;
}

function paired(left: ILine[], right: ILine[]): IDiffRow[] {
  return Array.from(
    { length: Math.max(left.length, right.length) },
    (_, index) => {
      const [mine, reference] = [left[index] ?? null, right[index] ?? null];
      const kind =
        mine === null ? 'reference' : reference === null ? 'mine' : 'changed';
      return { kind, mine, reference };
    }
  );
}
