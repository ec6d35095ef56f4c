import type { JupyterFrontEnd } from '@jupyterlab/application';
import {
  MainAreaWidget,
  Notification,
  ReactWidget
} from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { messageOf } from '../message-of';
import { classIcon } from '../icons';
import type { IClassApi } from './api';
import { nameOf, needsDecision, type IClassModule } from './data';
import { askDecision } from './decision';
import type { AuthorFiles } from './files';
import type { ClassModel } from './model';
import type { IClassActions } from './panel-props';
import { PreviewModel } from './preview-model';
import { PreviewView } from './preview-view';
import type { ReleaseModel } from './release-model';

export interface IClassTaskOptions {
  app: JupyterFrontEnd;
  api: IClassApi;
  model: ClassModel;
  releases: ReleaseModel;
  files: AuthorFiles;
  /** Brings the panel into sight, where results are shown. */
  showPanel: () => void;
  trans: TranslationBundle;
}

/** What can be done with a class, asked for by buttons and commands alike. */
export class ClassTasks {
  constructor(private _options: IClassTaskOptions) {}

  /** Saves the author's file if it is open, asks where submissions are in, and releases. */
  async release(module: IClassModule): Promise<void> {
    const { model, releases, trans } = this._options;
    this._options.showPanel();
    model.select(module.id);
    await this._said(async () => {
      await this._save(module);
      const decision = needsDecision(module)
        ? await askDecision(module, trans)
        : 'none';
      if (decision !== null) {
        await releases.start(module.id, decision);
      }
    });
  }

  /** Shows what students would get; it follows the author's file each time that is saved. */
  async preview(module: IClassModule, actions: IClassActions): Promise<void> {
    await this._said(() => this._save(module));
    const id = `tinytorch-preview-${module.id}`;
    const open = this._previews.get(module.id);
    if (open === undefined || open.isDisposed) {
      this._app.shell.add(this._previewWidget(module, actions, id), 'main', {
        mode: 'split-right'
      });
    }
    this._app.shell.activateById(id);
    await this._previews.get(module.id)?.refresh();
  }

  /** The author's file of a module was saved, or a release has ended. */
  async refreshPreview(module: string): Promise<void> {
    const open = this._previews.get(module);
    if (open !== undefined && !open.isDisposed) {
      await open.refresh();
    }
  }

  async openFile(module: IClassModule, line: number): Promise<void> {
    const { path } = module;
    const { files, trans } = this._options;
    await this._said(async () => {
      if (path === null) {
        throw new Error(
          trans.__(
            '%1 lies outside of the folder that JupyterLab was started in. Open it in another editor, or start JupyterLab in the class folder.',
            module.file
          )
        );
      }
      await files.open(path, line);
    });
  }

  async download(path: string): Promise<void> {
    await this._said(() => this._options.files.download(path));
  }

  private get _app(): JupyterFrontEnd {
    return this._options.app;
  }

  private async _save(module: IClassModule): Promise<void> {
    if (module.path !== null) {
      await this._options.files.save(module.path);
    }
  }

  private _previewWidget(
    module: IClassModule,
    actions: IClassActions,
    id: string
  ): MainAreaWidget {
    const { api, trans } = this._options;
    const model = new PreviewModel(api, module.id);
    this._previews.set(module.id, model);
    const content = ReactWidget.create(
      React.createElement(PreviewView, { model, module, actions, trans })
    );
    content.addClass('tt-ComparePanel');
    const widget = new MainAreaWidget({ content });
    widget.id = id;
    widget.title.label = trans.__('Students get: %1', nameOf(module));
    widget.title.icon = classIcon;
    widget.title.closable = true;
    widget.disposed.connect(() => model.dispose());
    return widget;
  }

  /** Says why something was not done. */
  private async _said(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      Notification.error(messageOf(error), { autoClose: ERROR_SHOWN_MS });
    }
  }

  private _previews = new Map<string, PreviewModel>();
}

/** Milliseconds that an error stays on the screen; it remains in JupyterLab's notification list. */
const ERROR_SHOWN_MS = 10000;
