import { Asked } from '../asked';
import { StateModel } from '../state-model';
import type { IClassApi } from './api';
import type { IPreview } from './data';

/** What a release of one module would give students, as last heard from the server. */
export class PreviewModel extends StateModel {
  constructor(
    private _api: Pick<IClassApi, 'preview'>,
    /** Id of the module. */
    readonly module: string
  ) {
    super();
  }

  /** Null until the first answer. Kept when a later request fails. */
  get preview(): IPreview | null {
    return this._asked.answer;
  }

  /** Why the last request failed; null if it did not. */
  get error(): string | null {
    return this._asked.error;
  }

  get isLoading(): boolean {
    return this._asked.isLoading;
  }

  /** Asks the server again. An answer that a later request has overtaken is dropped. */
  refresh(): Promise<void> {
    return this._asked.ask(() => this._api.preview(this.module));
  }

  private _asked = new Asked<IPreview>(() => this._stateChanged.emit());
}
