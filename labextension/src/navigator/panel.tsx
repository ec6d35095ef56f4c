import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import React from 'react';

import { courseIcon } from '../icons';
import type { CourseModel } from './model';
import { NavigatorView } from './view';

/** The navigator in the left side bar. Each time it comes into sight it asks the server again. */
export class NavigatorPanel extends ReactWidget {
  constructor(
    private _model: CourseModel,
    private _onOpen: (moduleId: string) => void,
    private _trans: TranslationBundle
  ) {
    super();
    this.id = 'tinytorch-navigator';
    this.title.icon = courseIcon;
    this.title.caption = _trans.__('TinyTorch course');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', this.title.caption);
    this.addClass('tt-NavigatorPanel');
  }

  /** Puts the keyboard into the tree, once there is one. */
  focusTree(): void {
    this.node.querySelector<HTMLElement>('[role=tree] [tabindex="0"]')?.focus();
  }

  protected render(): JSX.Element {
    return (
      <NavigatorView
        model={this._model}
        onOpen={this._onOpen}
        trans={this._trans}
      />
    );
  }

  protected onAfterShow(message: Message): void {
    super.onAfterShow(message);
    void this._model.refresh();
  }
}
