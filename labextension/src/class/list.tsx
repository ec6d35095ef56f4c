import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { AskedSection } from '../parts/asked-section';
import { nameOf, total, type IClassModule } from './data';
import type { IClassViewProps } from './panel-props';
import { ClassStateIcon } from './state-icon';
import { describe, shortStateText, stateText } from './texts';

/** The modules of the class, or what stands in their place. */
export function ClassList(props: IClassViewProps): JSX.Element {
  const { model, trans } = props;
  return (
    <AskedSection
      model={model}
      className="tt-Class"
      label={trans.__('Class')}
      trans={trans}
    >
      {() => <Body {...props} />}
    </AskedSection>
  );
}

function Body(props: IClassViewProps): JSX.Element | null {
  const { model, trans } = props;
  if (model.modules.length > 0) {
    return <Modules {...props} />;
  }
  if (model.current === null && !model.isLoading) {
    return null;
  }
  return (
    <p className="tt-Navigator-quiet" role="status">
      {model.current === null
        ? trans.__('Loading the class…')
        : trans.__(
            'There is no module to release: no file modules/NN_name/name_dev.py in this class folder.'
          )}
    </p>
  );
}

/** A WAI-ARIA listbox: one stop of the Tab key, arrow keys select, Enter opens the author's file. */
function Modules(props: IClassViewProps): JSX.Element {
  const { model, actions, trans } = props;
  const list = React.useRef<HTMLUListElement>(null);
  const onKeyDown = (event: React.KeyboardEvent) => {
    const modules = model.modules;
    const at = modules.findIndex(each => each.id === model.selected?.id);
    const to = moveTo(event.key, at, modules.length);
    const target = to === null ? undefined : modules[to];
    if (target !== undefined) {
      model.select(target.id);
      focusRow(list.current, target.id);
    } else if (event.key === 'Enter' && model.selected !== null) {
      actions.openFile(model.selected, 0);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <ul
      ref={list}
      className="tt-ClassList"
      role="listbox"
      aria-label={trans.__('Modules of the class')}
      onKeyDown={onKeyDown}
    >
      {model.modules.map(module => (
        <Row
          key={module.id}
          module={module}
          isSelected={module.id === model.selected?.id}
          onSelect={() => model.select(module.id)}
          onOpen={() => actions.openFile(module, 0)}
          trans={trans}
        />
      ))}
    </ul>
  );
}

/** Where a key leads among `count` rows; null if it leads nowhere. */
export function moveTo(key: string, at: number, count: number): number | null {
  switch (key) {
    case 'ArrowDown':
      return Math.min(at + 1, count - 1);
    case 'ArrowUp':
      return Math.max(at - 1, 0);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}

function focusRow(list: HTMLElement | null, id: string): void {
  list?.querySelector<HTMLElement>(`[data-row="${id}"]`)?.focus();
}

function Row(props: {
  module: IClassModule;
  isSelected: boolean;
  onSelect: () => void;
  onOpen: () => void;
  trans: TranslationBundle;
}): JSX.Element {
  const { module, isSelected, trans } = props;
  const state = stateText(module, trans);
  const description = describe(module, trans);
  return (
    <li
      role="option"
      className="tt-Module tt-ClassRow"
      data-row={module.id}
      data-state={module.state}
      aria-label={`${nameOf(module)}, ${state}`}
      aria-description={description}
      aria-selected={isSelected}
      tabIndex={isSelected ? 0 : -1}
      title={`${state}\n${description}`}
      onClick={props.onSelect}
      onDoubleClick={props.onOpen}
    >
      <ClassStateIcon state={module.state} />
      <span className="tt-Module-number">{module.id.slice(0, 2)}</span>
      <span className="tt-Module-text">
        <span className="tt-Module-title">{module.title}</span>
        <span className="tt-Module-builds tt-ClassRow-state">
          {shortStateText(module, trans)}
        </span>
      </span>
      <span className="tt-Module-progress">
        {total(module.points) > 0 && trans.__('%1 p', total(module.points))}
      </span>
    </li>
  );
}
