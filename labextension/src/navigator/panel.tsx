import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, SidePanel } from '@jupyterlab/ui-components';
import type { AccordionPanel } from '@lumino/widgets';
import type { Message } from '@lumino/messaging';
import React from 'react';

import type { CourseModel } from '../course/model';
import { courseIcon } from '../icons';
import { ModuleView, type IModuleViewProps } from '../work/module-view';
import { HeaderView } from './header';
import { markShown } from './paint';
import { CourseView, type INavigatorViewProps } from './view';

export interface INavigatorPanelOptions {
  navigator: INavigatorViewProps;
  module: IModuleViewProps;
}

/**
 * The navigator in the left side bar: the course above, the selected module below. Each time it comes into sight it
 * asks the server again.
 */
export class NavigatorPanel extends SidePanel {
  constructor(options: INavigatorPanelOptions) {
    super();
    const { model, trans } = options.navigator;
    this._model = model;
    this.id = 'tinytorch-navigator';
    this.title.icon = courseIcon;
    this.title.caption = trans.__('TinyTorch course');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', this.title.caption);
    this.addClass('tt-NavigatorPanel');
    this.header.addWidget(
      ReactWidget.create(<HeaderView {...options.navigator} />)
    );
    this.addWidget(
      section(trans.__('Modules'), <CourseView {...options.navigator} />)
    );
    this._addModuleOnce(options.module, trans);
  }

  /** Puts the keyboard into the tree, once there is one. */
  focusTree(): void {
    this.node.querySelector<HTMLElement>('[role=tree] [tabindex="0"]')?.focus();
  }

  /** Puts the keyboard into the search. */
  focusSearch(): void {
    this.node.querySelector<HTMLElement>('input[type=search]')?.focus();
  }

  protected onAfterShow(message: Message): void {
    super.onAfterShow(message);
    markShown();
    void this._model.refreshIfOld();
  }

  /** Where there is no student folder, there is no module to show. */
  private _addModuleOnce(
    props: IModuleViewProps,
    trans: TranslationBundle
  ): void {
    const add = () => {
      if (this._model.course?.folder) {
        this._model.stateChanged.disconnect(add);
        this.addWidget(
          section(trans.__('Selected Module'), <ModuleView {...props} />)
        );
        (this.content as AccordionPanel).setRelativeSizes([2, 3]);
      }
    };
    this._model.stateChanged.connect(add);
  }

  private _model: CourseModel;
}

function section(label: string, view: JSX.Element): ReactWidget {
  const widget = ReactWidget.create(view);
  widget.title.label = label;
  widget.addClass('tt-NavigatorPanel-section');
  return widget;
}
