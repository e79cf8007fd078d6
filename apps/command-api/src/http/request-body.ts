import { Injectable, type ArgumentMetadata, type PipeTransform, type Type } from '@nestjs/common';
import { getMetadataStorage, validateSync } from 'class-validator';
import { scrubSecrets } from '#libs/observability';
import { RequestRefused, type FieldProblem } from './request-refused.js';

const LONGEST_SHOWN = 200;

/**
 * Turns a body into its request class, or refuses it with every field that is wrong or unknown. Nothing is converted:
 * `"5"` is no number. The classes are flat, so the body is copied member by member; a transformer that follows nested
 * values could be driven into the ground by a body of a million brackets.
 *
 * Only members that the class declares are copied, and the others named here rather than by class-validator's
 * whitelist: an object that was given a `constructor` or a `__proto__` is no longer one that it can check.
 */
@Injectable()
export class RequestBody implements PipeTransform {
  readonly #declared = new Map<Type, ReadonlySet<string>>();

  transform(value: unknown, { type, metatype }: ArgumentMetadata): unknown {
    if (type !== 'body' || metatype === undefined || metatype === Object) return value;
    const body = value === undefined ? {} : value;
    if (!isPlainObject(body)) throw RequestRefused.field('body', 'must be a JSON object');
    const request: unknown = new metatype();
    if (!isPlainObject(request)) throw new Error('a request class makes objects');
    const declared = this.#declaredBy(metatype);
    const problems: FieldProblem[] = [];
    for (const [name, member] of Object.entries(body)) {
      if (declared.has(name)) Reflect.set(request, name, member);
      else problems.push({ field: shown(name), message: 'is not known here' });
    }
    // Of a class without a member class-validator takes every object for a mistake.
    const errors = declared.size === 0 ? [] : validateSync(request, { stopAtFirstError: true });
    for (const { property, constraints = {} } of errors) {
      problems.push({ field: property, message: Object.values(constraints)[0] ?? 'is not valid' });
    }
    if (problems.length > 0) throw new RequestRefused('validation_failed', { fields: problems });
    return request;
  }

  #declaredBy(metatype: Type): ReadonlySet<string> {
    const known = this.#declared.get(metatype);
    if (known !== undefined) return known;
    const metadata = getMetadataStorage().getTargetValidationMetadatas(metatype, '', false, false);
    const declared = new Set(metadata.map(({ propertyName }) => propertyName));
    this.#declared.set(metatype, declared);
    return declared;
  }
}

/** What a client made up itself is repeated in part only, and never with a secret in it. */
function shown(name: string): string {
  return scrubSecrets(name.slice(0, LONGEST_SHOWN));
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
