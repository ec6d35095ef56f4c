import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

/** What a view shows and follows. */
export abstract class StateModel implements IDisposable {
  /** Emitted when anything of the model has changed. */
  get stateChanged(): ISignal<this, void> {
    return this._stateChanged;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    Signal.clearData(this);
  }

  protected _stateChanged = new Signal<this, void>(this);
  private _isDisposed = false;
}
