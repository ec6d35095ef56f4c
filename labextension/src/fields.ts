/** Typed access to untrusted JSON: a field that is not what a format says is named. */

/** The named field is not what the format says; caught where a whole object is read. */
export class FieldError extends Error {
  constructor(readonly field: string) {
    super(`Malformed field ${field}`);
  }
}

/** One JSON object; a wrong field throws a `FieldError` with its full name. */
export class Fields {
  constructor(data: unknown, name: string) {
    if (typeof data !== 'object' || data === null || Array.isArray(data)) {
      throw new FieldError(name || 'version');
    }
    this._data = data as Record<string, unknown>;
    this._name = name;
  }

  number(key: string): number {
    const value = this._data[key];
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      throw new FieldError(this._path(key));
    }
    return value;
  }

  string(key: string): string {
    return this._typed(key, 'string') as string;
  }

  boolean(key: string): boolean {
    return this._typed(key, 'boolean') as boolean;
  }

  /** One of `words`. */
  word<T extends string>(key: string, words: readonly T[]): T {
    const value = this.string(key);
    const known = words.find(word => word === value);
    if (known === undefined) {
      throw new FieldError(this._path(key));
    }
    return known;
  }

  isNull(key: string): boolean {
    return this._data[key] === null || this._data[key] === undefined;
  }

  stringOrNull(key: string): string | null {
    return this.isNull(key) ? null : this.string(key);
  }

  numberOrNull(key: string): number | null {
    return this.isNull(key) ? null : this.number(key);
  }

  object(key: string): Fields {
    return new Fields(this._data[key], this._path(key));
  }

  objectOrNull<T>(key: string, read: (object: Fields) => T): T | null {
    return this.isNull(key) ? null : read(this.object(key));
  }

  list(key: string): unknown[] {
    const value = this._data[key];
    if (!Array.isArray(value)) {
      throw new FieldError(this._path(key));
    }
    return value;
  }

  /** A list of objects, each read by `read`. */
  objects<T>(key: string, read: (object: Fields) => T): T[] {
    return this.list(key).map((entry, index) =>
      read(new Fields(entry, `${this._path(key)}[${index}]`))
    );
  }

  strings(key: string): string[] {
    return this._entries(key, entry => typeof entry === 'string') as string[];
  }

  numbers(key: string): number[] {
    return this._entries(key, Number.isFinite) as number[];
  }

  numbersOrNull(key: string): (number | null)[] {
    const fits = (entry: unknown) => entry === null || Number.isFinite(entry);
    return this._entries(key, fits) as (number | null)[];
  }

  /** The object as it is, if all its values are strings or numbers. */
  plain(): Record<string, string | number> {
    for (const [key, value] of Object.entries(this._data)) {
      if (typeof value !== 'string' && !Number.isFinite(value)) {
        throw new FieldError(this._path(key));
      }
    }
    return this._data as Record<string, string | number>;
  }

  private _entries(key: string, fits: (entry: unknown) => boolean): unknown[] {
    const value = this.list(key);
    if (!value.every(fits)) {
      throw new FieldError(this._path(key));
    }
    return value;
  }

  private _typed(key: string, type: string): unknown {
    const value = this._data[key];
    if (typeof value !== type) {
      throw new FieldError(this._path(key));
    }
    return value;
  }

  private _path(key: string): string {
    return this._name ? `${this._name}.${key}` : key;
  }

  private _data: Record<string, unknown>;
  private _name: string;
}
