/**
 * What a result can ask of the notebook around it. A MIME renderer is given no application, but it comes in the same
 * bundle as our plugin, which fills this in; where there is no plugin (other front ends), there is no host.
 */

import { Signal } from '@lumino/signaling';

export interface IHost {
  /** Whether the cell whose output holds `node` could run now. */
  canRun(node: HTMLElement): boolean;
  /** Asks, and runs that cell once more, untraced. */
  measureUntraced(node: HTMLElement): Promise<void>;
}

class HostPlace {
  get current(): IHost | null {
    return this._current;
  }

  set current(host: IHost | null) {
    this._current = host;
    this.changed.emit();
  }

  /** A host has come, or what can run has changed. */
  readonly changed = new Signal<this, void>(this);

  private _current: IHost | null = null;
}

export const hostPlace = new HostPlace();
