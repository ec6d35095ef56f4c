/** The setting `askPrediction`: whether a sweep's result waits for a prediction. The plugin keeps it up to date. */

import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { Signal } from '@lumino/signaling';

class AskSetting {
  get value(): boolean {
    return this._value;
  }

  set value(value: boolean) {
    if (value !== this._value) {
      this._value = value;
      this.changed.emit();
    }
  }

  readonly changed = new Signal<this, void>(this);

  private _value = true;
}

/** On until the settings say otherwise. */
export const askSetting = new AskSetting();

export function followAskSetting(settings: ISettingRegistry.ISettings): void {
  const update = () => {
    askSetting.value = settings.composite['askPrediction'] !== false;
  };
  settings.changed.connect(update);
  update();
}
