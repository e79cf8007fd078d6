import type { FieldChange } from '../field-change.js';
import type { JsonObject } from '../json.js';

/** The changes of an object that begins with these fields, without those that begin as null. */
export function initially(fields: JsonObject): readonly FieldChange[] {
  return Object.entries(fields)
    .filter(([, after]) => after !== null)
    .map(([field, after]) => ({ field, before: null, after }));
}
