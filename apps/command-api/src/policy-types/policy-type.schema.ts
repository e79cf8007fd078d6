import { objectOf, seconds } from '../http/json-schema.js';
import type { JsonSchema } from '../http/route-contract.js';

const schema = (of: string): JsonSchema => ({
  type: ['object', 'boolean', 'null'],
  description: `JSON Schema of draft 2020-12 for the ${of} of a job; null: anything. \`format\` is an annotation.`,
});
const schemas = { input_schema: schema('input'), result_schema: schema('result') };

const priority: JsonSchema = { type: 'integer', minimum: 0, maximum: 9, description: 'Default 5; 9 goes first.' };
const maxAttempts: JsonSchema = { type: 'integer', minimum: 1, maximum: 25, description: 'Default 3.' };
const title: JsonSchema = { type: 'string', minLength: 1, maxLength: 2_000 };
const defaults = { priority, max_attempts: maxAttempts };

/** A policy type as every answer shows it. */
export const policyTypeSchema: JsonSchema = objectOf({
  type: { type: 'string', pattern: '^[a-z0-9_-]{1,64}$' },
  title,
  ...schemas,
  defaults: { ...objectOf(defaults), description: 'Of jobs that do not say themselves.' },
  updated_at: seconds('When it was changed last.'),
});

/** Both schemas of a type and nothing else. */
export const policyTypeSchemasSchema: JsonSchema = objectOf(schemas);

/** The body of a put. */
export const putPolicyTypeSchema: JsonSchema = objectOf({ title, ...schemas, defaults: objectOf(defaults, []) }, [
  'title',
]);
