import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

import { messageOf } from '../course/model';
import type { IClassApi } from './api';
import type { IClass, IClassModule } from './data';

/** So long an answer counts as new where nothing has happened. */
const FRESH_MS = 2000;

/** The class as last heard from the server, and which of its modules is looked at. */
export class ClassModel implements IDisposable {
  constructor(private _api: Pick<IClassApi, 'load'>) {}

  /** Emitted when anything below has changed. */
  get stateChanged(): ISignal<this, void> {
    return this._stateChanged;
  }

  /** Null until the first answer. Kept when a later request fails. */
  get current(): IClass | null {
    return this._current;
  }

  get modules(): IClassModule[] {
    return this._current?.modules ?? [];
  }

  /** Why the last request failed; null if it did not. */
  get error(): string | null {
    return this._error;
  }

  get isLoading(): boolean {
    return this._loading > 0;
  }

  /** The selected module, else the first one; null if there is none. */
  get selected(): IClassModule | null {
    return this.find(this._selected) ?? this.modules[0] ?? null;
  }

  find(id: string | null): IClassModule | null {
    return this.modules.find(module => module.id === id) ?? null;
  }

  /** The module with this author's file, as JupyterLab names it. */
  byPath(path: string | null): IClassModule | null {
    return (
      this.modules.find(each => each.path !== null && each.path === path) ??
      null
    );
  }

  select(id: string): void {
    if (this._selected !== id) {
      this._selected = id;
      this._stateChanged.emit();
    }
  }

  /** Asks the server again. An answer that a later request has overtaken is dropped. */
  async refresh(): Promise<void> {
    const number = ++this._request;
    this._loading += 1;
    this._askedAt = Date.now();
    this._stateChanged.emit();
    try {
      const answer = await this._api.load();
      this._answer(number, answer, null);
    } catch (error) {
      this._answer(number, this._current, messageOf(error));
    } finally {
      this._loading -= 1;
      this._stateChanged.emit();
    }
  }

  /** Asks again unless the last question was asked a moment ago. */
  async refreshIfOld(): Promise<void> {
    if (Date.now() - this._askedAt > FRESH_MS) {
      await this.refresh();
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
    answer: IClass | null,
    error: string | null
  ): void {
    if (number === this._request) {
      this._current = answer;
      this._error = error;
    }
  }

  private _askedAt = 0;
  private _current: IClass | null = null;
  private _error: string | null = null;
  private _isDisposed = false;
  private _loading = 0;
  private _request = 0;
  private _selected: string | null = null;
  private _stateChanged = new Signal<this, void>(this);
}
