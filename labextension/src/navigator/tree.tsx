import { caretDownIcon, caretRightIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { ICourse, IModule } from './course';
import { keyMove, partRowId, visibleRows, type Move, type Row } from './rows';
import { StateIcon } from './state-icon';
import { describe, stateText } from './texts';

export interface ICourseTreeProps {
  course: ICourse;
  /** Id of the module whose notebook is being opened. */
  opening: string | null;
  onOpen: (module: IModule) => void;
  /** The pointer or the focus has come to this module. */
  onAttend: (module: IModule) => void;
  trans: TranslationBundle;
}

/** The modules by part: a WAI-ARIA tree in which one row at a time can be reached by Tab. */
export function CourseTree(props: ICourseTreeProps): JSX.Element {
  const { course, trans } = props;
  const [folded, fold] = useFolding();
  const [wanted, setWanted] = React.useState('');
  const tree = React.useRef<HTMLUListElement>(null);
  const rows = visibleRows(course, folded);
  // A row that has gone (folded away, or a new course) cannot stay the one in the tab order.
  const current = rows.find(row => row.id === wanted) ?? rows[0];

  const press = (row: Row) =>
    row.kind === 'module'
      ? props.onOpen(row.module)
      : fold(row.part, !row.open);
  const move = (to: Move) => {
    if (to?.kind === 'fold') {
      fold(to.part, to.open);
    } else if (to?.kind === 'go') {
      focusRow(tree.current, to.id);
    }
  };
  return (
    <ul
      ref={tree}
      className="tt-Tree"
      role="tree"
      aria-label={trans.__('Modules of the course')}
      onKeyDown={event =>
        current && onKeyDown(event, rows, current, press, move)
      }
    >
      {course.parts.map(part => (
        <Part
          {...props}
          key={part}
          part={part}
          open={!folded.has(part)}
          current={current?.id ?? ''}
          onFold={open => fold(part, open)}
          onCurrent={setWanted}
        />
      ))}
    </ul>
  );
}

/** The folded parts, and how to fold or unfold one. */
function useFolding(): [
  ReadonlySet<string>,
  (part: string, open: boolean) => void
] {
  const [folded, setFolded] = React.useState<ReadonlySet<string>>(new Set());
  const fold = (part: string, open: boolean) => {
    const others = [...folded].filter(name => name !== part);
    setFolded(new Set(open ? others : [...others, part]));
  };
  return [folded, fold];
}

function onKeyDown(
  event: React.KeyboardEvent,
  rows: Row[],
  current: Row,
  press: (row: Row) => void,
  move: (to: Move) => void
): void {
  if (event.altKey || event.ctrlKey || event.metaKey) {
    return;
  }
  const to = keyMove(rows, current.id, event.key);
  if (event.key === 'Enter' || event.key === ' ') {
    press(current);
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

interface IPartProps extends ICourseTreeProps {
  part: string;
  open: boolean;
  /** Id of the row in the tab order. */
  current: string;
  onFold: (open: boolean) => void;
  onCurrent: (id: string) => void;
}

function Part(props: IPartProps): JSX.Element {
  const { course, part, open, trans } = props;
  const id = partRowId(part);
  const modules = course.modules.filter(module => module.part === part);
  const complete = modules.filter(module => module.state === 'complete').length;
  const caret = open ? caretDownIcon : caretRightIcon;
  const progress = trans.__('%1 of %2 complete', complete, modules.length);
  return (
    <li
      role="treeitem"
      data-row={id}
      aria-expanded={open}
      aria-label={`${part}, ${progress}`}
      tabIndex={props.current === id ? 0 : -1}
      onFocus={event => {
        if (event.target === event.currentTarget) {
          props.onCurrent(id);
        }
      }}
    >
      <div className="tt-Tree-part" onClick={() => props.onFold(!open)}>
        <caret.react tag="span" className="tt-Tree-caret" />
        <span className="tt-Tree-partName">{part}</span>
        <span className="tt-Tree-count" title={progress}>
          {`${complete}/${modules.length}`}
        </span>
      </div>
      {open && (
        <ul role="group">
          {modules.map(module => (
            <ModuleRow {...props} key={module.id} module={module} />
          ))}
        </ul>
      )}
    </li>
  );
}

interface IModuleRowProps extends IPartProps {
  module: IModule;
}

function ModuleRow(props: IModuleRowProps): JSX.Element {
  const { course, module, trans } = props;
  const state = stateText(module, trans);
  const description = describe(course, module, trans);
  return (
    <li
      role="treeitem"
      className="tt-Module"
      data-row={module.id}
      data-state={module.state}
      aria-label={`${module.number} ${module.title}, ${state}`}
      aria-description={description}
      aria-disabled={module.state === 'unavailable'}
      aria-busy={props.opening === module.id}
      tabIndex={props.current === module.id ? 0 : -1}
      title={description}
      onClick={() => props.onOpen(module)}
      onFocus={() => {
        props.onCurrent(module.id);
        props.onAttend(module);
      }}
      onMouseEnter={() => props.onAttend(module)}
    >
      <StateIcon module={module} />
      <span className="tt-Module-number">{module.number}</span>
      <span className="tt-Module-text">
        <span className="tt-Module-title">{module.title}</span>
        <span className="tt-Module-builds">{module.builds.join(', ')}</span>
      </span>
      {module.state === 'in progress' && (
        <span className="tt-Module-progress">
          {`${module.solved}/${module.exercises}`}
        </span>
      )}
    </li>
  );
}
