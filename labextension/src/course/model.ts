import { Signal, type ISignal } from '@lumino/signaling';
import type { IDisposable } from '@lumino/disposable';

import type { ICourseApi } from './api';
import { findModule, nextModule, type ICourse, type IModule } from './course';

/** So long an answer counts as new where nothing has happened: the start asks, then shows the panel. */
const FRESH_MS = 2000;

/** What the model needs from the outside. */
export interface ICourseModelOptions {
  api: Pick<ICourseApi, 'course' | 'makeFolder' | 'open' | 'openMilestone'>;
  /** Shows the notebook. */
  openPath: (path: string) => Promise<unknown>;
}

/** The course as last heard from the server, and where in it the user is. */
export class CourseModel implements IDisposable {
  constructor(private _options: ICourseModelOptions) {}

  /** Emitted when anything below has changed. */
  get stateChanged(): ISignal<this, void> {
    return this._stateChanged;
  }

  /** Null until the first answer. Kept when a later request fails. */
  get course(): ICourse | null {
    return this._course;
  }

  /** Why the last request failed; null if it did not. */
  get error(): string | null {
    return this._error;
  }

  get isLoading(): boolean {
    return this._loading > 0;
  }

  /** Id of the module or milestone whose notebook is being opened; null if none. */
  get opening(): string | null {
    return this._opening;
  }

  /** The module that is explained: the selected one, else the one to go on with. */
  get selected(): IModule | null {
    return findModule(this._course, this._selected) ?? this.next;
  }

  /** The module to go on with; null if there is none. */
  get next(): IModule | null {
    return this._course && nextModule(this._course, this._last);
  }

  /** The module whose notebook was in front last; null before there was one. */
  get front(): IModule | null {
    const path = this._frontPath;
    const modules = this._course?.modules ?? [];
    return modules.find(m => m.path !== null && m.path === path) ?? null;
  }

  /** Id of the module that was worked on last; it outlives the page (see `restore`). */
  get last(): string | null {
    return this._last;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    Signal.clearData(this);
  }

  select(moduleId: string): void {
    if (this._selected !== moduleId) {
      this._selected = moduleId;
      this._stateChanged.emit();
    }
  }

  /** Another notebook has come to the front: its module, if it is one's, is selected and remembered. */
  setFront(path: string | null): void {
    if (path !== this._frontPath) {
      this._frontPath = path;
      this._followFront();
      this._stateChanged.emit();
    }
  }

  /** What an earlier page remembered. */
  restore(last: string | null): void {
    this._last = this._last ?? last;
    this._stateChanged.emit();
  }

  /** Asks the server again. An answer that a later request has overtaken is dropped. */
  refresh(): Promise<void> {
    return this._ask(this._options.api.course);
  }

  /** Asks again unless the last question was asked a moment ago. */
  async refreshIfOld(): Promise<void> {
    if (Date.now() - this._askedAt > FRESH_MS) {
      await this.refresh();
    }
  }

  /** Makes the student folder. */
  makeFolder(): Promise<void> {
    return this._ask(this._options.api.makeFolder);
  }

  /** Opens the module's notebook; rejects with a sentence if that is not possible. */
  async open(moduleId: string): Promise<void> {
    this.select(moduleId);
    await this._open(moduleId, () => this._options.api.open(moduleId));
  }

  async openMilestone(id: string): Promise<void> {
    await this._open(id, () => this._options.api.openMilestone(id));
  }

  private async _open(
    id: string,
    fetchPath: () => Promise<string>
  ): Promise<void> {
    this._opening = id;
    this._stateChanged.emit();
    try {
      await this._options.openPath(await fetchPath());
    } finally {
      this._opening = null;
      this._stateChanged.emit();
    }
    await this.refresh();
  }

  private async _ask(request: () => Promise<ICourse>): Promise<void> {
    const number = ++this._request;
    this._loading += 1;
    this._askedAt = Date.now();
    this._stateChanged.emit();
    try {
      const course = await request();
      this._answer(number, course, null);
    } catch (error) {
      this._answer(number, this._course, messageOf(error));
    } finally {
      this._loading -= 1;
      this._stateChanged.emit();
    }
  }

  private _answer(
    number: number,
    course: ICourse | null,
    error: string | null
  ): void {
    if (number === this._request) {
      const first = this._course === null;
      this._course = course;
      this._error = error;
      if (first) {
        this._followFront();
      }
    }
  }

  private _followFront(): void {
    const id = this.front?.id;
    if (id !== undefined) {
      this._selected = id;
      this._last = id;
    }
  }

  private _askedAt = 0;
  private _course: ICourse | null = null;
  private _error: string | null = null;
  private _frontPath: string | null = null;
  private _isDisposed = false;
  private _last: string | null = null;
  private _loading = 0;
  private _opening: string | null = null;
  private _request = 0;
  private _selected: string | null = null;
  private _stateChanged = new Signal<this, void>(this);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
