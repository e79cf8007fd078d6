import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Allow, registerDecorator } from 'class-validator';
import { textProblem, type TextRule } from './text.js';

interface Presence {
  /** May be left out. */
  readonly optional?: boolean;
  /** `null` is a value. */
  readonly nullable?: boolean;
  readonly description?: string;
}

interface OpenApiSchema {
  readonly type?: 'string' | 'integer' | 'array';
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
  const documentation = { ...schema, nullable, ...(description === undefined ? {} : { description }) };
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
