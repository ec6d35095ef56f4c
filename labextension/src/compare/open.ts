import type { JupyterFrontEnd } from '@jupyterlab/application';
import {
  Dialog,
  MainAreaWidget,
  ReactWidget,
  showDialog
} from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { IPair } from '../course/answers';
import { isDone, type IModule } from '../course/course';
import { courseIcon } from '../icons';
import { fullName } from '../navigator/texts';
import { CompareView } from './view';

/** Whether the student may see the solution without being asked: the own code passes, or was completed once. */
export function mayCompare(module: IModule): boolean {
  return module.state === 'tests pass' || module.completed || isDone(module);
}

/** Asks whether the solution shall be shown before the own code passes its tests. */
export async function wantsAnyway(
  module: IModule,
  trans: TranslationBundle
): Promise<boolean> {
  const answer = await showDialog({
    title: trans.__('Show the solution of %1?', fullName(module)),
    body: trans.__(
      'Your own code does not pass its tests yet. A hint or the failing test may be all that you need.'
    ),
    buttons: [
      Dialog.cancelButton({ label: trans.__('Not Yet') }),
      Dialog.warnButton({ label: trans.__('Show It Anyway') })
    ]
  });
  return answer.button.accept;
}

/** Shows the pairs in the main area, in place of an earlier comparison of this module. */
export function showComparison(
  app: JupyterFrontEnd,
  module: IModule,
  pairs: IPair[],
  trans: TranslationBundle
): void {
  const name = fullName(module);
  const content = ReactWidget.create(
    React.createElement(CompareView, { name, pairs, trans })
  );
  content.addClass('tt-ComparePanel');
  const widget = new MainAreaWidget({ content });
  widget.id = `tinytorch-compare-${module.id}`;
  widget.title.label = trans.__('Compare: %1', name);
  widget.title.icon = courseIcon;
  widget.title.closable = true;
  for (const old of [...app.shell.widgets('main')]) {
    if (old.id === widget.id) {
      old.dispose();
    }
  }
  app.shell.add(widget, 'main');
  app.shell.activateById(widget.id);
}
