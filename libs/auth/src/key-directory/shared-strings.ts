/**
 * Gives equal strings and lists of strings as one object: organizations, scopes and pepper versions repeat in thousands
 * of keys. Forgets all at a bound; that loses sharing with what is there already, nothing else.
 */
export class SharedStrings {
  readonly #strings = new Map<string, string>();
  readonly #lists = new Map<string, readonly string[]>();

  constructor(private readonly bound = 10_000) {}

  string(text: string): string {
    return this.#shared(this.#strings, text, () => text);
  }

  list(texts: readonly string[]): readonly string[] {
    return this.#shared(this.#lists, JSON.stringify(texts), () =>
      Object.freeze(texts.map((text) => this.string(text))),
    );
  }

  #shared<Value>(known: Map<string, Value>, key: string, make: () => Value): Value {
    const found = known.get(key);
    if (found !== undefined) return found;
    if (known.size >= this.bound) known.clear();
    const made = make();
    known.set(key, made);
    return made;
  }
}
