import type { ICourseApi } from '../course/api';
import type { IStep } from '../course/answers';
import { messageOf } from '../message-of';
import { StateModel } from '../state-model';

export interface IOutline {
  /** Id of the module. */
  module: string;
  steps: IStep[];
  /** Why it cannot be read; null if it can. */
  error: string | null;
}

/** The steps of the open module, and which of their hints have been shown. */
export class OutlineModel extends StateModel {
  constructor(private _api: Pick<ICourseApi, 'outline'>) {
    super();
  }

  /** The outline of the module; null before it is known. */
  of(module: string): IOutline | null {
    return this._outline?.module === module ? this._outline : null;
  }

  /** Reads the outline; an answer that a later request has overtaken is dropped. */
  async load(module: string): Promise<void> {
    const request = ++this._request;
    let outline: IOutline = { module, steps: [], error: null };
    try {
      outline = { ...outline, steps: await this._api.outline(module) };
    } catch (error) {
      outline = { ...outline, error: messageOf(error) };
    }
    if (request === this._request) {
      this._outline = outline;
      this._stateChanged.emit();
    }
  }

  /** By the id of the cell: how many of its hints have been shown. Another object after each change. */
  get hints(): Readonly<Record<string, number>> {
    return this._hints;
  }

  /** What an earlier page kept; anything else is no reason to fail. */
  restoreHints(kept: unknown): void {
    const shown = Object.entries(Object(kept) as Record<string, unknown>);
    this._hints = {
      ...Object.fromEntries(
        shown.filter(
          (each): each is [string, number] => typeof each[1] === 'number'
        )
      ),
      ...this._hints
    };
    this._stateChanged.emit();
  }

  /** How many hints of the step have been shown. */
  hintsShown(step: IStep): number {
    return this._hints[step.cellId] ?? 0;
  }

  /** Shows one hint more; false if there is none. */
  showHint(step: IStep): boolean {
    const shown = this.hintsShown(step);
    if (shown >= step.hints.length) {
      return false;
    }
    this._hints = { ...this._hints, [step.cellId]: shown + 1 };
    this._stateChanged.emit();
    return true;
  }

  private _hints: Readonly<Record<string, number>> = {};
  private _outline: IOutline | null = null;
  private _request = 0;
}

/** The first step that is not done; null if all are. */
export function firstOpen(steps: IStep[]): IStep | null {
  return steps.find(step => !step.done) ?? null;
}
