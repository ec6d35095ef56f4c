import React from 'react';

import type { IMilestone, IModule } from '../course/course';
import { MilestoneIcon, StateIcon } from './state-icon';
import { describe, fullName, milestoneText, stateText } from './texts';
import type { IGroupProps } from './tree';

/** One module in the tree. */
export function ModuleRow(
  props: IGroupProps & { module: IModule }
): JSX.Element {
  const { course, module, trans } = props;
  const state = stateText(module, trans);
  const description = describe(course, module, trans);
  return (
    <li
      role="treeitem"
      className="tt-Module"
      data-row={module.id}
      data-state={module.state}
      aria-label={`${fullName(module)}, ${state}`}
      aria-description={description}
      aria-disabled={module.state === 'unavailable'}
      aria-busy={props.opening === module.id}
      aria-selected={props.selected === module.id}
      tabIndex={props.current === module.id ? 0 : -1}
      title={`${state}\n${description}`}
      onClick={() => props.onOpen(module)}
      onFocus={() => {
        props.onCurrent(module.id);
        props.onSelect(module);
      }}
    >
      <StateIcon module={module} />
      <span className="tt-Module-number">{module.number}</span>
      <span className="tt-Module-text">
        <span className="tt-Module-title">{module.title}</span>
        <span className="tt-Module-builds">{module.builds.join(', ')}</span>
      </span>
      <Figure module={module} />
    </li>
  );
}

/** What stands at the end of the row: exercises solved while it is in progress, then the points of its tests. */
function Figure(props: { module: IModule }): JSX.Element | null {
  const { state, solved, exercises, tests, points } = props.module;
  if (state === 'in progress') {
    return (
      <span className="tt-Module-progress">{`${solved}/${exercises}`}</span>
    );
  }
  return tests === null ? null : (
    <span className="tt-Module-progress">{`${tests.points}/${points ?? tests.maxPoints}`}</span>
  );
}

/** One milestone in the tree. */
export function MilestoneRow(
  props: IGroupProps & { milestone: IMilestone }
): JSX.Element {
  const { milestone, trans } = props;
  const open = milestone.missing.length === 0;
  const description = milestoneText(props.course, milestone, trans);
  const name = `${milestone.number} ${milestone.title}`;
  return (
    <li
      role="treeitem"
      className="tt-Module tt-mod-milestone"
      data-row={milestone.id}
      data-state={open ? 'unlocked' : 'locked'}
      aria-label={`${name}, ${open ? trans.__('unlocked') : trans.__('locked')}`}
      aria-description={description}
      aria-busy={props.opening === milestone.id}
      tabIndex={props.current === milestone.id ? 0 : -1}
      title={description}
      onClick={() => props.onOpenMilestone(milestone)}
      onFocus={() => props.onCurrent(milestone.id)}
    >
      <MilestoneIcon open={open} />
      <span className="tt-Module-number">{milestone.number}</span>
      <span className="tt-Module-text">
        <span className="tt-Module-title">{milestone.title}</span>
      </span>
    </li>
  );
}
