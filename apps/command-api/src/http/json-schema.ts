import type { JsonSchema } from './route-contract.js';

/*
 * How the schemas of answers are written.
 */

export const text: JsonSchema = { type: 'string' };
export const count: JsonSchema = { type: 'integer', minimum: 0 };

/** An object with just these members, every one of them unless `required` says otherwise. */
export function objectOf(
  properties: Readonly<Record<string, JsonSchema>>,
  required: readonly string[] = Object.keys(properties),
): JsonSchema {
  return { type: 'object', additionalProperties: false, required, properties };
}

export function listOf(items: JsonSchema): JsonSchema {
  return { type: 'array', items };
}

/** A moment. */
export function seconds(description: string): JsonSchema {
  return { type: 'integer', description: `${description} Unix seconds.` };
}

export function secondsOrNull(description: string): JsonSchema {
  return { type: ['integer', 'null'], description: `${description} Unix seconds.` };
}
