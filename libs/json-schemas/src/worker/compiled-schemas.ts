import type { ValidateFunction } from 'ajv';

interface Compiled {
  readonly validate: ValidateFunction;
  readonly textUnits: number;
}

/** Schemas that were compiled lately. Bounded by number and by their text, for code grows with it; the least used go. */
export class CompiledSchemas {
  readonly #schemas = new Map<string, Compiled>();
  #textUnits = 0;

  constructor(private readonly bounds: { readonly mostSchemas: number; readonly mostTextUnits: number }) {}

  get(key: string): ValidateFunction | undefined {
    const found = this.#schemas.get(key);
    if (found === undefined) return undefined;
    this.#schemas.delete(key);
    this.#schemas.set(key, found);
    return found.validate;
  }

  set(key: string, validate: ValidateFunction, textUnits: number): void {
    this.#remove(key);
    this.#schemas.set(key, { validate, textUnits });
    this.#textUnits += textUnits;
    for (const oldest of this.#schemas.keys()) {
      const { mostSchemas, mostTextUnits } = this.bounds;
      if (oldest === key || (this.#schemas.size <= mostSchemas && this.#textUnits <= mostTextUnits)) return;
      this.#remove(oldest);
    }
  }

  #remove(key: string): void {
    this.#textUnits -= this.#schemas.get(key)?.textUnits ?? 0;
    this.#schemas.delete(key);
  }
}
