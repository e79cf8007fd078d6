import type { JsonObject, JsonValue } from '../json.js';

/**
 * What of an event's data never leaves the process, by type and path: with the pepper it would confirm a guessed secret.
 * The names are those of every version that was ever written.
 *
 * Beside each stands what a reader who never saw it folds instead: of the field's type, and nothing that could be true.
 */
const WITHHELD: ReadonlyMap<string, readonly WithheldField[]> = new Map([
  [
    'api_key.created',
    [
      { path: ['hash'], placeholder: 'withheld' },
      { path: ['pepper_version'], placeholder: 0 },
    ],
  ],
  [
    'api_key.rotated',
    [
      { path: ['successor', 'hash'], placeholder: 'withheld' },
      { path: ['successor', 'pepper_version'], placeholder: 0 },
    ],
  ],
]);

interface WithheldField {
  readonly path: readonly string[];
  readonly placeholder: JsonValue;
}

/** The data as it may be shown to whoever may read the organization's log. */
export function withoutWithheldFields(type: string, data: JsonObject): JsonObject {
  return (WITHHELD.get(type) ?? []).reduce((left, { path }) => changedAt(left, path, () => ({})), data);
}

/** The inverse, as far as there is one: the data of `withoutWithheldFields` with a placeholder for what was left out. */
export function withPlaceholders(type: string, data: JsonObject): JsonObject {
  return (WITHHELD.get(type) ?? []).reduce(
    (filled, { path, placeholder }) => changedAt(filled, path, (name) => ({ [name]: placeholder })),
    data,
  );
}

/** The object with its member at the path replaced; one that lacks a part of the way is left as it is. */
function changedAt(data: JsonObject, path: readonly string[], member: (name: string) => JsonObject): JsonObject {
  const [name = '', ...rest] = path;
  const { [name]: value, ...others } = data;
  if (rest.length === 0) return { ...others, ...member(name) };
  return isObject(value) ? { ...others, [name]: changedAt(value, rest, member) } : data;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
