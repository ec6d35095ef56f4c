import { Signal, type ISignal } from '@lumino/signaling';
import type { IDisposable } from '@lumino/disposable';

import type { ICourse } from './course';

/** What the model needs from the outside. */
export interface ICourseModelOptions {
  /** Asks the server for the course. */
  fetchCourse: () => Promise<ICourse>;
  /** Makes sure that the module's notebook exists and gives its path. */
  fetchPath: (moduleId: string) => Promise<string>;
  /** Shows the notebook. */
  openPath: (path: string) => Promise<unknown>;
}

/** The course as last heard from the server. */
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

  /** Module whose notebook is being opened; null if none. */
  get opening(): string | null {
    return this._opening;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    Signal.clearData(this);
  }

  /** Asks the server again. An answer that a later request has overtaken is dropped. */
  async refresh(): Promise<void> {
    const request = ++this._request;
    this._loading += 1;
    this._stateChanged.emit();
    try {
      const course = await this._options.fetchCourse();
      this._answer(request, course, null);
    } catch (error) {
      this._answer(request, this._course, messageOf(error));
    } finally {
      this._loading -= 1;
      this._stateChanged.emit();
    }
  }

  /** Opens the module's notebook; rejects with a sentence if that is not possible. */
  async open(moduleId: string): Promise<void> {
    this._opening = moduleId;
    this._stateChanged.emit();
    try {
      await this._options.openPath(await this._options.fetchPath(moduleId));
    } finally {
      this._opening = null;
      this._stateChanged.emit();
    }
    await this.refresh();
  }

  private _answer(
    request: number,
    course: ICourse | null,
    error: string | null
  ): void {
    if (request === this._request) {
      this._course = course;
      this._error = error;
    }
  }

  private _course: ICourse | null = null;
  private _error: string | null = null;
  private _isDisposed = false;
  private _loading = 0;
  private _opening: string | null = null;
  private _request = 0;
  private _stateChanged = new Signal<this, void>(this);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
