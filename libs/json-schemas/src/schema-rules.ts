import type { JsonObject, JsonValue } from '#libs/domain';
import { scrubSecrets } from '#libs/observability';
import { subschemas } from './subschemas.js';

const MOST_BYTES = 65_536;
/** Of JSON; of objects within objects half as many. */
const MOST_LEVELS = 100;
const DIALECT = 'https://json-schema.org/draft/2020-12/schema';
/** Control characters and lone surrogates, which no text of ours may hold and Postgres partly cannot. */
const FORBIDDEN = /(?![\t\n\r])[\p{Cc}\p{Cs}]/u;

/** What is wrong with a schema before anybody compiles it; null where nothing is. */
export function schemaProblem(schema: JsonObject | boolean): string | null {
  return contentProblem(schema) ?? textProblem(JSON.stringify(schema)) ?? keywordProblem(schema);
}

/** Walks without calling itself: what is nested by the thousands would end the stack before it could be refused. */
function contentProblem(schema: JsonValue): string | null {
  const places: { readonly value: JsonValue; readonly level: number }[] = [{ value: schema, level: 1 }];
  for (let place = places.pop(); place !== undefined; place = places.pop()) {
    const { value, level } = place;
    if (typeof value === 'number' && !Number.isFinite(value)) return 'has a number that is too large';
    if (typeof value === 'string' && FORBIDDEN.test(value)) return 'must not contain control characters';
    if (typeof value !== 'object' || value === null) continue;
    if (level > MOST_LEVELS) return `must not be nested deeper than ${MOST_LEVELS} levels`;
    for (const [name, member] of Object.entries(value)) {
      // Ajv passes over it without a word, and a rule that is not kept is worse than one that is refused.
      if (name === '__proto__') return 'must not have a member __proto__';
      if (FORBIDDEN.test(name)) return 'must not contain control characters';
      places.push({ value: member, level: level + 1 });
    }
  }
  return null;
}

function textProblem(text: string): string | null {
  if (Buffer.byteLength(text) > MOST_BYTES) return `must have at most ${MOST_BYTES} bytes as JSON`;
  return scrubSecrets(text) === text ? null : 'must not contain a secret';
}

function keywordProblem(schema: JsonValue): string | null {
  const all = [...subschemas(schema)];
  const anchors = new Set(all.map(({ $dynamicAnchor: anchor }) => (typeof anchor === 'string' ? `#${anchor}` : null)));
  for (const { $schema: dialect, $async: isAsync, $dynamicRef: reference } of all) {
    if (dialect !== undefined && dialect !== DIALECT) return `must be of draft 2020-12: $schema can only be ${DIALECT}`;
    if (isAsync !== undefined) return 'must not use $async';
    // Ajv takes one that leads nowhere for a reference to the whole schema.
    if (typeof reference === 'string' && !anchors.has(reference)) {
      return 'has a $dynamicRef that names no $dynamicAnchor of the schema itself';
    }
  }
  return null;
}
