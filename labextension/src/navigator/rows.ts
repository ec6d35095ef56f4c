/** The tree of the navigator as a list of visible rows, and how keys move in it (WAI-ARIA tree pattern). Pure. */

import type { ICourse, IModule } from './course';

export type Row =
  | { kind: 'part'; id: string; part: string; open: boolean }
  | { kind: 'module'; id: string; module: IModule };

/** What a key does: go to a row, fold or unfold a part, or nothing (null). */
export type Move =
  | { kind: 'go'; id: string }
  | { kind: 'fold'; part: string; open: boolean }
  | null;

export function partRowId(part: string): string {
  return `part:${part}`;
}

/** Parts in order, each followed by its modules unless it is folded. */
export function visibleRows(
  course: ICourse,
  folded: ReadonlySet<string>
): Row[] {
  return course.parts.flatMap(part => {
    const open = !folded.has(part);
    const head: Row = { kind: 'part', id: partRowId(part), part, open };
    const modules = course.modules.filter(module => module.part === part);
    const rows = modules.map<Row>(module => ({
      kind: 'module',
      id: module.id,
      module
    }));
    return open ? [head, ...rows] : [head];
  });
}

export function keyMove(rows: Row[], currentId: string, key: string): Move {
  const index = rows.findIndex(row => row.id === currentId);
  const row = rows[index];
  if (row === undefined) {
    return null;
  }
  switch (key) {
    case 'ArrowDown':
      return goTo(rows[index + 1]);
    case 'ArrowUp':
      return goTo(rows[index - 1]);
    case 'Home':
      return goTo(rows[0]);
    case 'End':
      return goTo(rows[rows.length - 1]);
    case 'ArrowRight':
      return moveRight(rows, index, row);
    case 'ArrowLeft':
      return moveLeft(row);
    default:
      return key.length === 1 ? goTo(startingWith(rows, index, key)) : null;
  }
}

function moveRight(rows: Row[], index: number, row: Row): Move {
  if (row.kind === 'module') {
    return null;
  }
  return row.open
    ? goTo(rows[index + 1])
    : { kind: 'fold', part: row.part, open: true };
}

function moveLeft(row: Row): Move {
  if (row.kind === 'module') {
    return { kind: 'go', id: partRowId(row.module.part) };
  }
  return row.open ? { kind: 'fold', part: row.part, open: false } : null;
}

/** The next row, going round, whose name or number starts with the typed letter. */
function startingWith(
  rows: Row[],
  index: number,
  key: string
): Row | undefined {
  const letter = key.toLowerCase();
  const round = [...rows.slice(index + 1), ...rows.slice(0, index + 1)];
  return round.find(row => {
    const names =
      row.kind === 'part'
        ? [row.part]
        : [row.module.title, row.module.number, String(+row.module.number)];
    return names.some(name => name.toLowerCase().startsWith(letter));
  });
}

function goTo(row: Row | undefined): Move {
  return row === undefined ? null : { kind: 'go', id: row.id };
}
