import { ReactWidget, SidePanel } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import type { AccordionPanel } from '@lumino/widgets';
import React from 'react';

import { classIcon } from '../icons';
import { ClassHeader } from './header';
import { ClassList } from './list';
import type { ClassModel } from './model';
import { ClassModuleView } from './module-view';
import type { IClassViewProps } from './panel-props';

/** The class in the left side bar, for instructors. Each time it comes into sight it asks the server again. */
export class ClassPanel extends SidePanel {
  constructor(props: IClassViewProps) {
    super();
    const { trans } = props;
    this._model = props.model;
    this.id = 'tinytorch-class';
    this.title.icon = classIcon;
    this.title.caption = trans.__('TinyTorch class');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', this.title.caption);
    this.addClass('tt-NavigatorPanel');
    this.header.addWidget(ReactWidget.create(<ClassHeader {...props} />));
    this._add(trans.__('Modules'), <ClassList {...props} />);
    this._add(trans.__('Selected Module'), <ClassModuleView {...props} />);
    (this.content as AccordionPanel).setRelativeSizes([2, 3]);
  }

  /** Puts the keyboard into the list, once there is one. */
  focusList(): void {
    this.node
      .querySelector<HTMLElement>('[role=listbox] [tabindex="0"]')
      ?.focus();
  }

  protected onAfterShow(message: Message): void {
    super.onAfterShow(message);
    void this._model.refreshIfOld();
  }

  private _add(label: string, view: JSX.Element): void {
    const widget = ReactWidget.create(view);
    widget.title.label = label;
    widget.addClass('tt-NavigatorPanel-section');
    this.addWidget(widget);
  }

  private _model: ClassModel;
}
