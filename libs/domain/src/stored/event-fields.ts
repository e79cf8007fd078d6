import type { FieldChange } from '../field-change.js';
import type { JsonObject, JsonValue } from '../json.js';
import { MalformedEvent } from './malformed-event.js';

/**
 * Reads the data of one stored event field by field and finds every difference from what the code expects: a missing
 * field, another type and, by `done`, a field that this version does not know and would silently lose.
 */
export class EventFields {
  readonly #read = new Set<string>();

  constructor(
    private readonly type: string,
    private readonly data: JsonObject,
    private readonly path = 'data',
  ) {}

  string(name: string): string {
    const value = this.#value(name);
    return typeof value === 'string' ? value : this.#fail(name, 'a string');
  }

  /** @param expected what it then is, for the error */
  matching(name: string, form: RegExp, expected: string): string {
    const value = this.string(name);
    return form.test(value) ? value : this.#fail(name, expected);
  }

  stringOrNull(name: string): string | null {
    return this.#value(name) === null ? null : this.string(name);
  }

  /** A whole number that is not negative: a time, a count, a version. */
  count(name: string): number {
    const value = this.#value(name);
    return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
      ? value
      : this.#fail(name, 'a whole number');
  }

  countOrNull(name: string): number | null {
    return this.#value(name) === null ? null : this.count(name);
  }

  countOneOf<Choice extends number>(name: string, choices: readonly Choice[]): Choice {
    const value = this.#value(name);
    const found = choices.find((choice) => choice === value);
    return found === undefined ? this.#fail(name, `one of ${choices.join(', ')}`) : found;
  }

  boolean(name: string): boolean {
    const value = this.#value(name);
    return typeof value === 'boolean' ? value : this.#fail(name, 'true or false');
  }

  oneOf<Choice extends string | null>(name: string, choices: readonly Choice[]): Choice {
    const value = this.#value(name);
    const found = choices.find((choice) => choice === value);
    return found === undefined ? this.#fail(name, `one of ${choices.join(', ')}`) : found;
  }

  strings(name: string): readonly string[] {
    const value = this.#value(name);
    return isListOfStrings(value) ? value : this.#fail(name, 'a list of strings');
  }

  eachOneOf<Choice extends string>(name: string, choices: readonly Choice[]): readonly Choice[] {
    const found = this.strings(name).map((element) => choices.find((choice) => choice === element));
    return found.every((choice) => choice !== undefined) ? found : this.#fail(name, `each of ${choices.join(', ')}`);
  }

  object(name: string): JsonObject {
    const value = this.#value(name);
    return isObject(value) ? value : this.#fail(name, 'an object');
  }

  /** A JSON Schema, which may be `true` or `false`. */
  schemaOrNull(name: string): JsonObject | boolean | null {
    const value = this.#value(name);
    return value === null || typeof value === 'boolean' ? value : this.object(name);
  }

  /** An object whose own fields are checked in the same way. */
  nested(name: string): EventFields {
    return new EventFields(this.type, this.object(name), `${this.path}.${name}`);
  }

  nestedOrNull(name: string): EventFields | null {
    return this.#value(name) === null ? null : this.nested(name);
  }

  changes(name: string): readonly FieldChange[] {
    const value = this.#value(name);
    if (!Array.isArray(value)) return this.#fail(name, 'a list');
    return value.map((change: JsonValue, index) => {
      const fields = new EventFields(this.type, isObject(change) ? change : {}, `${this.path}.${name}[${index}]`);
      return fields.done({ field: fields.string('field'), before: fields.json('before'), after: fields.json('after') });
    });
  }

  json(name: string): JsonValue {
    return this.#value(name);
  }

  /** Hands on what was read. @throws MalformedEvent when the event holds a field that was not asked for */
  done<Parsed>(parsed: Parsed): Parsed {
    for (const name of Object.keys(this.data)) {
      if (!this.#read.has(name)) throw new MalformedEvent(this.type, `${this.path} has the unknown field ${name}`);
    }
    return parsed;
  }

  #value(name: string): JsonValue {
    this.#read.add(name);
    const value = Object.hasOwn(this.data, name) ? this.data[name] : undefined;
    return value === undefined ? this.#fail(name, 'there') : value;
  }

  #fail(name: string, expected: string): never {
    throw new MalformedEvent(this.type, `${this.path}.${name} must be ${expected}`);
  }
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isListOfStrings(value: JsonValue): value is readonly string[] {
  return Array.isArray(value) && value.every((element) => typeof element === 'string');
}
