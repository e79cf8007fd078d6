import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { validateSync } from 'class-validator';
import { RequestRefused, type FieldProblem } from './request-refused.js';

/**
 * Turns a body into its request class, or refuses it with every field that is wrong or unknown. Nothing is converted:
 * `"5"` is no number. The classes are flat, so the body is copied member by member; a transformer that follows nested
 * values could be driven into the ground by a body of a million brackets.
 */
@Injectable()
export class RequestBody implements PipeTransform {
  transform(value: unknown, { type, metatype }: ArgumentMetadata): unknown {
    if (type !== 'body' || metatype === undefined || metatype === Object) return value;
    if (!isPlainObject(value === undefined ? {} : value)) throw RequestRefused.field('body', 'must be a JSON object');
    const request: unknown = new metatype();
    if (!isPlainObject(request)) throw new Error('a request class makes objects');
    Object.assign(request, value);
    const errors = validateSync(request, { whitelist: true, forbidNonWhitelisted: true, stopAtFirstError: true });
    if (errors.length === 0) return request;
    const fields = errors.map(({ property, constraints = {} }): FieldProblem => {
      if (Object.hasOwn(constraints, 'whitelistValidation')) return { field: property, message: 'is not known here' };
      return { field: property, message: Object.values(constraints)[0] ?? 'is not valid' };
    });
    throw new RequestRefused('validation_failed', { fields });
  }
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
