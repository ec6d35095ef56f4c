import React from 'react';

import {
  buildsText,
  fullName,
  measuredText,
  measuresText,
  missingText,
  speedText,
  stateText,
  testsText
} from '../navigator/texts';
import type { IPartProps } from './module-view';

/** What the module is about and how far it is. */
export function AboutModule(props: IPartProps): JSX.Element {
  const { all, module, trans } = props;
  const missing = missingText(all, module, trans);
  // A run that is shown below, and an open notebook, say themselves what would stand here.
  const isOpen = props.course.front?.id === module.id;
  const figures =
    props.work.run(module.id) === null
      ? [testsText(module, trans), speedText(module, trans)]
      : [];
  const texts = [
    ...(isOpen ? [] : [buildsText(module, trans), measuresText(module, trans)]),
    ...figures,
    module.measuredSeconds > 0
      ? measuredText(module.measuredSeconds, trans)
      : null
  ].filter(text => text !== null);
  return (
    <header className="tt-About">
      <h3>{fullName(module)}</h3>
      <p className="tt-About-state">{stateText(module, trans)}</p>
      {texts.map(text => (
        <p key={text}>{text}</p>
      ))}
      {missing !== null && <p className="tt-About-missing">{missing}</p>}
      {module.problem !== null && (
        <p className="tt-About-problem" role="alert">
          {module.problem}
        </p>
      )}
    </header>
  );
}
