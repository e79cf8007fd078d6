import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, type ApiPropertyOptions } from '@nestjs/swagger';
import { Allow, registerDecorator } from 'class-validator';
import { parseTime } from '#libs/domain';
import { scrubSecrets } from '#libs/observability';
import { freeJsonProblem } from './free-json.js';
import { textProblem, type TextRule } from './text.js';

interface Presence {
  /** May be left out. */
  readonly optional?: boolean;
  /** `null` is a value. */
  readonly nullable?: boolean;
  readonly description?: string;
}

interface OpenApiSchema {
  readonly type?: 'string' | 'integer' | 'array' | 'object' | 'boolean';
  readonly additionalProperties?: boolean;
  readonly properties?: Readonly<Record<string, object>>;
  readonly required?: readonly string[];
  readonly oneOf?: readonly object[];
  readonly enum?: string[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
  readonly items?: { readonly type: 'string' };
}

/** A text under a rule, its length in code points. */
export function TextField(rule: TextRule & Presence): PropertyDecorator {
  const schema = {
    type: 'string',
    maxLength: rule.max,
    ...(rule.min === undefined ? {} : { minLength: rule.min }),
  } as const;
  return field(rule, schema, (value) => (typeof value === 'string' ? textProblem(value, rule) : 'must be a string'));
}

/** A whole number in a range, exact: what JSON rounds (beyond 2^53) or cannot hold is refused. */
export function IntegerField(range: { readonly min: number; readonly max: number } & Presence): PropertyDecorator {
  const { min, max } = range;
  return field(range, { type: 'integer', minimum: min, maximum: max }, (value) =>
    Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max
      ? null
      : `must be an integer from ${min} to ${max}`,
  );
}

export function BooleanField(presence: Presence = {}): PropertyDecorator {
  return field(presence, { type: 'boolean' }, (value) => (typeof value === 'boolean' ? null : 'must be true or false'));
}

/** One of a fixed set of words. */
export function WordField(words: readonly string[], presence: Presence = {}): PropertyDecorator {
  return field(presence, { type: 'string', enum: [...words] }, (value) =>
    typeof value === 'string' && words.includes(value) ? null : `must be one of ${words.join(', ')}`,
  );
}

/** A list of texts under one rule. */
export function TextListField(rule: TextRule & Presence & { readonly maxItems: number }): PropertyDecorator {
  return field(rule, { type: 'array', items: { type: 'string' }, maxItems: rule.maxItems }, (value) => {
    if (!Array.isArray(value)) return 'must be a list of strings';
    if (value.length > rule.maxItems) return `must have at most ${rule.maxItems} entries`;
    if (!value.every((entry) => typeof entry === 'string')) return 'must be a list of strings';
    return value.map((entry: string) => textProblem(entry, rule)).find((problem) => problem !== null) ?? null;
  });
}

/** A JSON object, at most so many bytes as JSON in UTF-8; its texts and names have no NUL and no lone surrogate. */
export function ObjectField(bound: { readonly maxBytes: number } & Presence): PropertyDecorator {
  return field(bound, { type: 'object', additionalProperties: true }, (value) => {
    if (!isObject(value)) return 'must be an object';
    return freeJsonProblem(value, bound.maxBytes);
  });
}

/** Any JSON value, under the rules of `ObjectField`. */
export function JsonField(bound: { readonly maxBytes: number } & Presence): PropertyDecorator {
  return field(bound, {}, (value) => freeJsonProblem(value, bound.maxBytes));
}

/** A moment: Unix seconds as a number, or RFC 3339. */
export function TimeField(presence: Presence): PropertyDecorator {
  return field(presence, { oneOf: [{ type: 'integer', minimum: 0 }, { type: 'string' }] }, (value) =>
    timeOf(value) === null ? 'must be Unix seconds or RFC 3339' : null,
  );
}

/** What a `TimeField` holds, in Unix milliseconds; null where it is no moment. */
export function timeOf(value: unknown): number | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? parseTime(String(value)) : null;
  return typeof value === 'string' && !/^\d*$/.test(value) ? parseTime(value) : null;
}

/** Members of an object, each under a rule of its own: what is wrong with one that is no such object, null where nothing is. */
export function MembersField(
  rules: Readonly<Record<string, { readonly required?: boolean; readonly problem: (value: unknown) => string | null }>>,
  presence: Presence & { readonly schema: Readonly<Record<string, object>> },
): PropertyDecorator {
  const required = Object.keys(rules).filter((name) => rules[name]?.required === true);
  const schema = { type: 'object', additionalProperties: false, properties: presence.schema, required } as const;
  return field(presence, schema, (value) => {
    if (!isObject(value)) return 'must be an object';
    for (const name of Object.keys(value))
      if (!Object.hasOwn(rules, name)) return `has the unknown member ${shownName(name)}`;
    for (const [name, { required: needed = false, problem }] of Object.entries(rules)) {
      const member: unknown = Reflect.get(value, name);
      if (member === undefined ? needed : problem(member) !== null)
        return `${name} ${member === undefined ? 'is missing' : problem(member)}`;
    }
    return null;
  });
}

function shownName(name: string): string {
  return JSON.stringify(scrubSecrets(name.slice(0, 50)));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function field(
  presence: Presence,
  schema: OpenApiSchema,
  problemOf: (value: unknown) => string | null,
): PropertyDecorator {
  const { optional = false, nullable = false, description } = presence;
  const problem = (value: unknown): string | null => {
    if (value === undefined) return optional ? null : 'is missing';
    if (value === null && nullable) return null;
    return problemOf(value);
  };
  // A schema of ours is one of theirs; their types tell apart by `type` what is one record here.
  const documentation = {
    ...schema,
    nullable,
    ...(description === undefined ? {} : { description }),
  } as ApiPropertyOptions;
  return applyDecorators(
    Allow(),
    (target: object, propertyName: string | symbol) =>
      registerDecorator({
        name: 'requestField',
        target: target.constructor,
        propertyName: String(propertyName),
        validator: {
          validate: (value: unknown) => problem(value) === null,
          defaultMessage: (checked) => problem(checked?.value) ?? 'is not valid',
        },
      }),
    optional ? ApiPropertyOptional(documentation) : ApiProperty(documentation),
  );
}
