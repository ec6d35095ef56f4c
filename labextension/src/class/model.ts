import { Asked } from '../asked';
import { StateModel } from '../state-model';
import type { IClassApi } from './api';
import type { IClass, IClassModule } from './data';

/** The class as last heard from the server, and which of its modules is looked at. */
export class ClassModel extends StateModel {
  constructor(private _api: Pick<IClassApi, 'load'>) {
    super();
  }

  /** Null until the first answer. Kept when a later request fails. */
  get current(): IClass | null {
    return this._asked.answer;
  }

  get modules(): IClassModule[] {
    return this.current?.modules ?? [];
  }

  /** Why the last request failed; null if it did not. */
  get error(): string | null {
    return this._asked.error;
  }

  get isLoading(): boolean {
    return this._asked.isLoading;
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
  refresh(): Promise<void> {
    return this._asked.ask(() => this._api.load());
  }

  /** Asks again unless the last question was asked a moment ago. */
  async refreshIfOld(): Promise<void> {
    if (!this._asked.isFresh) {
      await this.refresh();
    }
  }

  private _asked = new Asked<IClass>(() => this._stateChanged.emit());
  private _selected: string | null = null;
}
