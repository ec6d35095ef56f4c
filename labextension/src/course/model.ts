import { Asked } from '../asked';
import { StateModel } from '../state-model';
import type { ICourseApi } from './api';
import { findModule, nextModule, type ICourse, type IModule } from './course';

/** What the model needs from the outside. */
export interface ICourseModelOptions {
  api: Pick<ICourseApi, 'course' | 'makeFolder' | 'open' | 'openMilestone'>;
  /** Shows the notebook. */
  openPath: (path: string) => Promise<unknown>;
}

/** The course as last heard from the server, and where in it the user is. */
export class CourseModel extends StateModel {
  constructor(private _options: ICourseModelOptions) {
    super();
  }

  /** Null until the first answer. Kept when a later request fails. */
  get course(): ICourse | null {
    return this._asked.answer;
  }

  /** Why the last request failed; null if it did not. */
  get error(): string | null {
    return this._asked.error;
  }

  get isLoading(): boolean {
    return this._asked.isLoading;
  }

  /** Id of the module or milestone whose notebook is being opened; null if none. */
  get opening(): string | null {
    return this._opening;
  }

  /** The module that is explained: the selected one, else the one to go on with. */
  get selected(): IModule | null {
    return findModule(this.course, this._selected) ?? this.next;
  }

  /** The module to go on with; null if there is none. */
  get next(): IModule | null {
    return this.course && nextModule(this.course, this._last);
  }

  /** The module whose notebook was in front last; null before there was one. */
  get front(): IModule | null {
    const path = this._frontPath;
    const modules = this.course?.modules ?? [];
    return modules.find(m => m.path !== null && m.path === path) ?? null;
  }

  /** Id of the module that was worked on last; it outlives the page (see `restore`). */
  get last(): string | null {
    return this._last;
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
    return this._asked.ask(this._options.api.course);
  }

  /** Asks again unless the last question was asked a moment ago. */
  async refreshIfOld(): Promise<void> {
    if (!this._asked.isFresh) {
      await this.refresh();
    }
  }

  /** Makes the student folder. */
  makeFolder(): Promise<void> {
    return this._asked.ask(this._options.api.makeFolder);
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

  /** With the first answer it is known which module is in front. */
  private _onAsked(): void {
    if (!this._hasFollowed && this.course !== null) {
      this._hasFollowed = true;
      this._followFront();
    }
    this._stateChanged.emit();
  }

  private _followFront(): void {
    const id = this.front?.id;
    if (id !== undefined) {
      this._selected = id;
      this._last = id;
    }
  }

  private _asked = new Asked<ICourse>(() => this._onAsked());
  private _frontPath: string | null = null;
  private _hasFollowed = false;
  private _last: string | null = null;
  private _opening: string | null = null;
  private _selected: string | null = null;
}
