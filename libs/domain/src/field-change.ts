import type { JsonValue } from './json.js';

/** One public field of an object before and after an event, as history and audit log show it. */
export type FieldChange = {
  readonly field: string;
  readonly before: JsonValue;
  readonly after: JsonValue;
};
