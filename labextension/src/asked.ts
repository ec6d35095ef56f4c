import { messageOf } from './message-of';

/** So long an answer counts as new where nothing has happened: the start asks, then shows the panel. */
const FRESH_MS = 2000;

/** A question to the server that is asked again and again, and what was last heard. */
export class Asked<T> {
  constructor(private _onChange: () => void) {}

  /** Null until the first answer. Kept when a later request fails. */
  get answer(): T | null {
    return this._answer;
  }

  /** Why the last request failed; null if it did not. */
  get error(): string | null {
    return this._error;
  }

  get isLoading(): boolean {
    return this._loading > 0;
  }

  /** Whether it was asked a moment ago. */
  get isFresh(): boolean {
    return Date.now() - this._askedAt <= FRESH_MS;
  }

  /** Asks. An answer that a later request has overtaken is dropped. */
  async ask(request: () => Promise<T>): Promise<void> {
    const number = ++this._request;
    this._loading += 1;
    this._askedAt = Date.now();
    this._onChange();
    try {
      const answer = await request();
      this._take(number, answer, null);
    } catch (error) {
      this._take(number, this._answer, messageOf(error));
    } finally {
      this._loading -= 1;
      this._onChange();
    }
  }

  private _take(number: number, answer: T | null, error: string | null): void {
    if (number === this._request) {
      this._answer = answer;
      this._error = error;
    }
  }

  private _answer: T | null = null;
  private _askedAt = 0;
  private _error: string | null = null;
  private _loading = 0;
  private _request = 0;
}
