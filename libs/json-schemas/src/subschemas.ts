import type { JsonObject, JsonValue } from '#libs/domain';

/** Keywords whose value is a schema, a list of them, or an object of them. */
const ONE = new Set(
  'additionalProperties contains contentSchema else if items not propertyNames then unevaluatedItems unevaluatedProperties'.split(
    ' ',
  ),
);
const LIST = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems']);
const MAP = new Set(['$defs', 'definitions', 'dependentSchemas', 'patternProperties', 'properties']);

/** A schema and every one inside it that is an object; what looks like one in a `const` or an example is a value. */
export function* subschemas(schema: JsonValue): Iterable<JsonObject> {
  if (!isObject(schema)) return;
  yield schema;
  for (const [keyword, value] of Object.entries(schema)) {
    if (ONE.has(keyword)) yield* subschemas(value);
    else if (LIST.has(keyword) && isList(value)) for (const each of value) yield* subschemas(each);
    else if (MAP.has(keyword) && isObject(value)) for (const each of Object.values(value)) yield* subschemas(each);
  }
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
