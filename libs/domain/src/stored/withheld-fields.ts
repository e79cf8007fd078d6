import type { JsonObject, JsonValue } from '../json.js';

/**
 * What of an event's data is never shown with the log, by type and path: what would, with the pepper, confirm a guessed
 * secret or leads to where one is kept, and the input and the result of a job, for which their SHA-256 stands.
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
  ['job.submitted', [{ path: ['input'], placeholder: {} }]],
  ['job.completed', [{ path: ['result'], placeholder: null }]],
  ['webhook.created', [{ path: ['secret', 'secret_id'], placeholder: 'withheld' }]],
  [
    'webhook.secret_rotated',
    [
      { path: ['secret', 'secret_id'], placeholder: 'withheld' },
      { path: ['previous', 'secret_id'], placeholder: 'withheld' },
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
