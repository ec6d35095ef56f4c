import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { TranslationBundle } from '@jupyterlab/translation';

import { nameOf, type IClassModule } from '../class/data';
import { messageOf } from '../message-of';
import { gradingApi } from './api';
import { base64Of, saveText } from './browser-files';
import { GradingModel } from './model';
import { GradingPanel, panelId } from './panel';
import type { IGradingActions } from './props';

/** The submissions of modules in the main area, one widget a module. */
export class GradingPanels {
  constructor(
    private _app: JupyterFrontEnd,
    private _files: { download: (path: string) => Promise<void> },
    /** Submissions have come: the class counts them. */
    private _onWorked: () => void,
    private _trans: TranslationBundle
  ) {}

  /** Shows the submissions of the module, asked for anew. */
  async open(module: IClassModule): Promise<void> {
    let model = this._models.get(module.id);
    const isNew = model === undefined || model.isDisposed;
    if (model === undefined || isNew) {
      model = new GradingModel(gradingApi(this._trans), module.id, this._trans);
      model.worked.connect(() => this._onWorked());
      this._models.set(module.id, model);
    }
    // Before the panel comes into sight, which then asks for nothing more.
    const asked = model.refresh();
    if (isNew) {
      this._app.shell.add(this._panel(module, model), 'main');
    }
    this._app.shell.activateById(panelId(module.id));
    await asked;
  }

  private _panel(module: IClassModule, model: GradingModel): GradingPanel {
    return new GradingPanel({
      model,
      name: nameOf(module),
      actions: this._actions(model),
      trans: this._trans
    });
  }

  private _actions(model: GradingModel): IGradingActions {
    const said = async (act: () => Promise<unknown>) => {
      try {
        await act();
      } catch (error) {
        model.fail(messageOf(error));
      }
    };
    const api = gradingApi(this._trans);
    return {
      openPage: path =>
        void said(() =>
          this._app.commands.execute('docmanager:open', {
            path,
            factory: 'HTML Viewer'
          })
        ),
      download: path => void said(() => this._files.download(path)),
      collectFile: file =>
        void said(async () =>
          model.collect({ name: file.name, content: await base64Of(file) })
        ),
      saveGrades: anonymous =>
        void said(async () =>
          saveText(await api.grades(model.module, anonymous))
        ),
      save: saveText
    };
  }

  private _models = new Map<string, GradingModel>();
}
