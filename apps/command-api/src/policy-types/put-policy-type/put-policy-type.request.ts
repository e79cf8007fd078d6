import { Allow, registerDecorator } from 'class-validator';
import { MAX_TITLE_LENGTH, type JsonObject } from '#libs/domain';
import { TextField } from '../../http/request-fields.js';

/** The contract of the route documents these; whether a schema is one is told by `invalid_schema`. */
function Optional(problemOf: (value: unknown) => string | null): PropertyDecorator {
  return (target, propertyName) => {
    Allow()(target, propertyName);
    registerDecorator({
      ...{ name: 'optional', target: target.constructor, propertyName: String(propertyName) },
      validator: {
        validate: (value: unknown) => value === undefined || problemOf(value) === null,
        defaultMessage: (checked) => problemOf(checked?.value) ?? 'is not valid',
      },
    });
  };
}

function schemaProblem(value: unknown): string | null {
  const isSchema = typeof value === 'boolean' || (typeof value === 'object' && !Array.isArray(value));
  return isSchema ? null : 'must be a JSON Schema: an object, true, false, or null for none';
}

const DEFAULTS: Readonly<Record<string, readonly [least: number, most: number]>> = {
  priority: [0, 9],
  max_attempts: [1, 25],
};

function defaultsProblem(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'must be an object';
  for (const [name, member] of Object.entries(value)) {
    const range = Object.hasOwn(DEFAULTS, name) ? DEFAULTS[name] : undefined;
    if (range === undefined) return `can have only ${Object.keys(DEFAULTS).join(' and ')}`;
    const [least, most] = range;
    if (!Number.isInteger(member) || Number(member) < least || Number(member) > most) {
      return `${name} must be an integer from ${least} to ${most}`;
    }
  }
  return null;
}

export class PutPolicyTypeRequest {
  @TextField({ min: 1, max: MAX_TITLE_LENGTH })
  title!: string;

  @Optional(schemaProblem)
  input_schema?: JsonObject | boolean | null;

  @Optional(schemaProblem)
  result_schema?: JsonObject | boolean | null;

  @Optional(defaultsProblem)
  defaults?: { readonly priority?: number; readonly max_attempts?: number };
}
