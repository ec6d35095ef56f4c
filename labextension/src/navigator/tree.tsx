import { caretDownIcon, caretRightIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { ICourse, IMilestone, IModule } from '../course/course';
import { MilestoneRow, ModuleRow } from './leaf-rows';
import {
  groupsOf,
  keyMove,
  MILESTONES,
  visibleRows,
  type IGroup,
  type Move,
  type Row
} from './rows';

export interface ICourseTreeProps {
  course: ICourse;
  /** Shows only what it finds, unfolded; empty for all. */
  query: string;
  /** Id of the module or milestone whose notebook is being opened. */
  opening: string | null;
  /** Id of the module that is explained. */
  selected: string | null;
  onOpen: (module: IModule) => void;
  onOpenMilestone: (milestone: IMilestone) => void;
  /** The focus has come to this module. */
  onSelect: (module: IModule) => void;
  trans: TranslationBundle;
}

/** The modules by part: a WAI-ARIA tree in which one row at a time can be reached by Tab. */
export function CourseTree(props: ICourseTreeProps): JSX.Element {
  const { course, query, trans } = props;
  const [folded, fold] = useFolding(query !== '');
  const [wanted, setWanted] = React.useState<string | null>(null);
  const tree = React.useRef<HTMLUListElement>(null);
  const groups = groupsOf(course, trans.__('Milestones'), query);
  const rows = visibleRows(groups, folded);
  // A row that has gone (folded away, not found, or a new course) cannot stay the one in the tab order.
  const current =
    rows.find(row => row.id === (wanted ?? props.selected)) ?? rows[0];

  const move = (to: Move) => {
    if (to?.kind === 'fold') {
      fold(to.group, to.open);
    } else if (to?.kind === 'go') {
      focusRow(tree.current, to.id);
    }
  };
  if (current === undefined) {
    return (
      <p className="tt-Navigator-quiet" role="status">
        {trans.__('Nothing found.')}
      </p>
    );
  }
  return (
    <ul
      ref={tree}
      className="tt-Tree"
      role="tree"
      aria-label={trans.__('Modules of the course')}
      onKeyDown={event =>
        onKeyDown(event, rows, current, row => press(props, row, fold), move)
      }
    >
      {groups.map(group => (
        <Group
          {...props}
          key={group.id}
          group={group}
          open={!folded.has(group.id)}
          current={current.id}
          onFold={open => fold(group.id, open)}
          onCurrent={setWanted}
        />
      ))}
    </ul>
  );
}

/** The folded groups (none while searching), and how to fold or unfold one. */
function useFolding(
  searching: boolean
): [ReadonlySet<string>, (group: string, open: boolean) => void] {
  const [folded, setFolded] = React.useState<ReadonlySet<string>>(new Set());
  const fold = (group: string, open: boolean) => {
    const others = [...folded].filter(name => name !== group);
    setFolded(new Set(open ? others : [...others, group]));
  };
  return [searching ? NONE : folded, fold];
}

const NONE: ReadonlySet<string> = new Set();

function press(
  props: ICourseTreeProps,
  row: Row,
  fold: (group: string, open: boolean) => void
): void {
  switch (row.kind) {
    case 'group':
      return fold(row.id, !row.open);
    case 'module':
      return props.onOpen(row.module);
    case 'milestone':
      return props.onOpenMilestone(row.milestone);
  }
}

function onKeyDown(
  event: React.KeyboardEvent,
  rows: Row[],
  current: Row,
  pressRow: (row: Row) => void,
  move: (to: Move) => void
): void {
  if (event.altKey || event.ctrlKey || event.metaKey) {
    return;
  }
  const to = keyMove(rows, current.id, event.key);
  if (event.key === 'Enter' || event.key === ' ') {
    pressRow(current);
  } else if (to !== null) {
    move(to);
  } else {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
}

function focusRow(tree: HTMLElement | null, id: string): void {
  const rows = tree?.querySelectorAll<HTMLElement>('[role=treeitem]') ?? [];
  Array.from(rows)
    .find(row => row.dataset['row'] === id)
    ?.focus();
}

/** What a group gives to each of its rows. */
export interface IGroupProps extends ICourseTreeProps {
  group: IGroup;
  open: boolean;
  /** Id of the row in the tab order. */
  current: string;
  onFold: (open: boolean) => void;
  onCurrent: (id: string) => void;
}

function Group(props: IGroupProps): JSX.Element {
  const { group, open, trans } = props;
  const caret = open ? caretDownIcon : caretRightIcon;
  const progress =
    group.id === MILESTONES
      ? trans.__('%1 of %2 unlocked', group.done, group.total)
      : trans.__('%1 of %2 complete', group.done, group.total);
  return (
    <li
      role="treeitem"
      data-row={group.id}
      aria-expanded={open}
      aria-label={`${group.name}, ${progress}`}
      tabIndex={props.current === group.id ? 0 : -1}
      onFocus={event => {
        if (event.target === event.currentTarget) {
          props.onCurrent(group.id);
        }
      }}
    >
      <div className="tt-Tree-part" onClick={() => props.onFold(!open)}>
        <caret.react tag="span" className="tt-Tree-caret" />
        <span className="tt-Tree-partName">{group.name}</span>
        <span className="tt-Tree-count" title={progress}>
          {`${group.done}/${group.total}`}
        </span>
      </div>
      {open && (
        <ul role="group">
          {group.modules.map(module => (
            <ModuleRow {...props} key={module.id} module={module} />
          ))}
          {group.milestones.map(milestone => (
            <MilestoneRow {...props} key={milestone.id} milestone={milestone} />
          ))}
        </ul>
      )}
    </li>
  );
}
