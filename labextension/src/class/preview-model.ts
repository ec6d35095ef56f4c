import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

import { messageOf } from '../course/model';
import type { IClassApi } from './api';
import type { IPreview } from './data';

/** What a release of one module would give students, as last heard from the server. */
export class PreviewModel implements IDisposable {
  constructor(
    private _api: Pick<IClassApi, 'preview'>,
    /** Id of the module. */
    readonly module: string
  ) {}

  /** Emitted when anything below has changed. */
  get stateChanged(): ISignal<this, void> {
    return this._stateChanged;
  }

  /** Null until the first answer. Kept when a later request fails. */
  get preview(): IPreview | null {
    return this._preview;
  }

  /** Why the last request failed; null if it did not. */
  get error(): string | null {
    return this._error;
  }

  get isLoading(): boolean {
    return this._loading > 0;
  }

  /** Asks the server again. An answer that a later request has overtaken is dropped. */
  async refresh(): Promise<void> {
    const number = ++this._request;
    this._loading += 1;
    this._stateChanged.emit();
    try {
      const preview = await this._api.preview(this.module);
      this._answer(number, preview, null);
    } catch (error) {
      this._answer(number, this._preview, messageOf(error));
    } finally {
      this._loading -= 1;
      this._stateChanged.emit();
    }
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    Signal.clearData(this);
  }

  private _answer(
    number: number,
    preview: IPreview | null,
    error: string | null
  ): void {
    if (number === this._request) {
      this._preview = preview;
      this._error = error;
    }
  }

  private _error: string | null = null;
  private _isDisposed = false;
  private _loading = 0;
  private _preview: IPreview | null = null;
  private _request = 0;
  private _stateChanged = new Signal<this, void>(this);
}
