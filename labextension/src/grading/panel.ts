import { MainAreaWidget, ReactWidget } from '@jupyterlab/apputils';
import type { Message } from '@lumino/messaging';
import React from 'react';

import { classIcon } from '../icons';
import type { GradingModel } from './model';
import type { IGradingViewProps } from './props';
import { GradingView } from './view';

/** The submissions of a module in the main area. Each time they come into sight the server is asked again. */
export class GradingPanel extends MainAreaWidget<ReactWidget> {
  constructor(props: IGradingViewProps) {
    super({
      content: ReactWidget.create(React.createElement(GradingView, props))
    });
    const { model, name, trans } = props;
    this._model = model;
    this.id = panelId(model.module);
    this.title.label = trans.__('Submissions: %1', name);
    this.title.icon = classIcon;
    this.title.closable = true;
    this.content.addClass('tt-ComparePanel');
    this.disposed.connect(() => model.dispose());
  }

  protected onAfterShow(message: Message): void {
    super.onAfterShow(message);
    void this._model.refreshIfOld();
  }

  private _model: GradingModel;
}

/** The id of a module's panel. */
export function panelId(module: string): string {
  return `tinytorch-grading-${module}`;
}
