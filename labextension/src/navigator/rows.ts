/** The tree of the navigator as a list of visible rows, and how keys move in it (WAI-ARIA tree pattern). Pure. */

import {
  isDone,
  type ICourse,
  type IMilestone,
  type IModule
} from '../course/course';

/** A part of the course, or its milestones; `done` of `total` are complete, or unlocked. */
export interface IGroup {
  id: string;
  name: string;
  modules: IModule[];
  milestones: IMilestone[];
  done: number;
  total: number;
}

export type Row =
  | { kind: 'group'; id: string; group: IGroup; open: boolean }
  | { kind: 'module'; id: string; group: string; module: IModule }
  | { kind: 'milestone'; id: string; group: string; milestone: IMilestone };

/** What a key does: go to a row, fold or unfold a group, or nothing (null). */
export type Move =
  | { kind: 'go'; id: string }
  | { kind: 'fold'; group: string; open: boolean }
  | null;

export const MILESTONES = 'milestones';

/**
 * The parts in order, then the milestones: of each what the query finds, all of it without one. Groups in which
 * nothing is found are left out.
 *
 * @param milestonesName - name of the last group, in the reader's language
 */
export function groupsOf(
  course: ICourse,
  milestonesName: string,
  query = ''
): IGroup[] {
  const parts = course.parts.map<IGroup>(part => {
    const modules = course.modules.filter(module => module.part === part);
    return {
      id: `part:${part}`,
      name: part,
      modules: modules.filter(module => isFound(wordsOf(module), query)),
      milestones: [],
      done: modules.filter(isDone).length,
      total: modules.length
    };
  });
  const milestones: IGroup = {
    id: MILESTONES,
    name: milestonesName,
    modules: [],
    milestones: course.milestones.filter(({ id, title }) =>
      isFound(`${id.replace(/_/g, ' ')} ${title}`, query)
    ),
    done: course.milestones.filter(each => each.missing.length === 0).length,
    total: course.milestones.length
  };
  return [...parts, milestones].filter(
    group => group.modules.length + group.milestones.length > 0
  );
}

/** Groups, each followed by its rows unless it is folded. */
export function visibleRows(
  groups: IGroup[],
  folded: ReadonlySet<string>
): Row[] {
  return groups.flatMap(group => {
    const open = !folded.has(group.id);
    const head: Row = { kind: 'group', id: group.id, group, open };
    const modules = group.modules.map<Row>(module => ({
      kind: 'module',
      id: module.id,
      group: group.id,
      module
    }));
    const milestones = group.milestones.map<Row>(milestone => ({
      kind: 'milestone',
      id: milestone.id,
      group: group.id,
      milestone
    }));
    return open ? [head, ...modules, ...milestones] : [head];
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
  if (row.kind !== 'group') {
    return null;
  }
  return row.open
    ? goTo(rows[index + 1])
    : { kind: 'fold', group: row.id, open: true };
}

function moveLeft(row: Row): Move {
  if (row.kind !== 'group') {
    return { kind: 'go', id: row.group };
  }
  return row.open ? { kind: 'fold', group: row.id, open: false } : null;
}

/** The next row, going round, whose name or number starts with the typed letter. */
function startingWith(
  rows: Row[],
  index: number,
  key: string
): Row | undefined {
  const letter = key.toLowerCase();
  const round = [...rows.slice(index + 1), ...rows.slice(0, index + 1)];
  return round.find(row =>
    namesOf(row).some(name => name.toLowerCase().startsWith(letter))
  );
}

function namesOf(row: Row): string[] {
  switch (row.kind) {
    case 'group':
      return [row.group.name];
    case 'module':
      return [row.module.title, row.module.number, String(+row.module.number)];
    case 'milestone':
      return [row.milestone.title];
  }
}

function wordsOf(module: IModule): string {
  const { id, number, title, builds, question } = module;
  return [number, title, id, ...builds, question].join(' ');
}

/** Whether each word of the query stands in the text, whatever its case. */
function isFound(text: string, query: string): boolean {
  const lower = text.toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every(word => lower.includes(word));
}

function goTo(row: Row | undefined): Move {
  return row === undefined ? null : { kind: 'go', id: row.id };
}
