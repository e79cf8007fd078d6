import type { FieldChange } from '../field-change.js';
import type { JsonValue } from '../json.js';
import { MalformedEvent } from '../stored/malformed-event.js';
import type { KeyAccess } from './api-key.events.js';

/** What an `api_key.updated` made of the fields it names. */
export interface UpdatedFacts {
  readonly name?: string;
  readonly description?: string | null;
  readonly access?: KeyAccess;
  readonly scopes?: readonly string[];
}

/**
 * Reads the facts out of the changes of an `api_key.updated`, for which they are the only record.
 * @throws MalformedEvent on another field or on a value that the field cannot have
 */
export function updatedFacts(changes: readonly FieldChange[]): UpdatedFacts {
  return changes.reduce<UpdatedFacts>((facts, { field, after }) => ({ ...facts, ...factOf(field, after) }), {});
}

function factOf(field: string, after: JsonValue): UpdatedFacts {
  switch (field) {
    case 'name':
      if (typeof after === 'string') return { name: after };
      break;
    case 'description':
      if (typeof after === 'string' || after === null) return { description: after };
      break;
    case 'access':
      if (after === 'full' || after === 'scoped') return { access: after };
      break;
    case 'scopes':
      if (isListOfStrings(after)) return { scopes: after };
      break;
  }
  throw new MalformedEvent('api_key.updated', `changes: ${field} cannot have become that`);
}

function isListOfStrings(value: JsonValue): value is readonly string[] {
  return Array.isArray(value) && value.every((element) => typeof element === 'string');
}
