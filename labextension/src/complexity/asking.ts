import type { ICodeCellModel } from '@jupyterlab/cells';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';

import { predictionOf, setPrediction } from './cell';
import {
  digest,
  isAbout,
  NOTHING_PREDICTED,
  type IPrediction,
  type Predicted
} from './prediction';
import { hasAnswer, type IComplexity } from './result';
import { askSetting } from './setting';

/**
 * What was said in this session, by the start of the sweep: for outputs without a cell to write to, and for a result that
 * is shown once more by another cell.
 */
export const saidNow = new Map<string, IPrediction>();

/**
 * Whether one output still waits for a prediction, and the prediction once it is there. It is kept in the cell's
 * metadata, or, where there is no cell to write to, for this session.
 */
export class Asking implements IDisposable {
  constructor() {
    askSetting.changed.connect(this._emit, this);
  }

  /** The answer to `asks` or `prediction` may be another one now. */
  readonly changed = new Signal<this, void>(this);

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    Signal.clearData(this);
  }

  /** A new state of the sweep, or a new sweep. */
  show(result: IComplexity): void {
    if (result.started !== this._result?.started) {
      this._source = null;
    }
    this._result = result;
    this._rememberSource();
    this._adopt();
  }

  /** The output has been put into a cell, or into a view without one. */
  place(cell: ICodeCellModel | null): void {
    if (cell !== this._cell) {
      this._cell?.metadataChanged.disconnect(this._emit, this);
      this._cell = cell;
      cell?.metadataChanged.connect(this._emit, this);
      this._rememberSource();
      this._adopt();
      this._emit();
    }
  }

  /** What was predicted for this sweep, or for an earlier one of the same text; null: nothing was said. */
  get prediction(): IPrediction | null {
    const result = this._result;
    const kept = this._cell === null ? null : predictionOf(this._cell);
    if (result === null) {
      return null;
    }
    return kept !== null && isAbout(kept, result, this._source ?? '')
      ? kept
      : (saidNow.get(result.started) ?? null);
  }

  /** Whether the answer has to stay hidden until somebody predicts or skips. */
  get asks(): boolean {
    const result = this._result;
    return (
      result !== null &&
      result.ask &&
      askSetting.value &&
      (result.state === 'running' || hasAnswer(result)) &&
      this.prediction === null
    );
  }

  predict(predicted: Predicted): void {
    this._say({ ...this._stamp(), ...predicted, skipped: false });
  }

  skip(): void {
    this._say({ ...this._stamp(), ...NOTHING_PREDICTED, skipped: true });
  }

  /** Asks again. */
  forget(): void {
    this._say(null);
  }

  private _say(prediction: IPrediction | null): void {
    const started = this._result?.started ?? '';
    if (prediction === null) {
      saidNow.delete(started);
    } else {
      saidNow.set(started, prediction);
    }
    if (this._cell !== null) {
      setPrediction(this._cell, prediction);
    }
    this._emit();
  }

  private _stamp(): Pick<IPrediction, 'at' | 'source' | 'started'> {
    return {
      at: new Date().toISOString(),
      source: this._source ?? '',
      started: this._result?.started ?? ''
    };
  }

  /** The text that was run is the one from the beginning; it may be edited while the sweep runs. */
  private _rememberSource(): void {
    if (this._cell !== null && this._result !== null) {
      this._source ??= digest(this._cell.sharedModel.getSource());
    }
  }

  /** An earlier prediction that counts for this run too says so, for when the text is edited afterwards. */
  private _adopt(): void {
    const { prediction } = this;
    const started = this._result?.started ?? '';
    if (
      this._cell !== null &&
      prediction !== null &&
      this._result?.state === 'running' &&
      prediction.started !== started
    ) {
      setPrediction(this._cell, { ...prediction, started });
    }
  }

  private _emit(): void {
    this.changed.emit();
  }

  private _cell: ICodeCellModel | null = null;
  private _isDisposed = false;
  private _result: IComplexity | null = null;
  private _source: string | null = null;
}
