import type { ValidateFunction } from 'ajv';
import { isError } from '#libs/errors';
import type { SchemaReply } from './messages.js';
import { valueProblems } from './value-problems.js';

/** Whether a value fits, and where it does not: pointers below `pointer`. */
export function validateValue(
  validate: ValidateFunction,
  { value, pointer }: { readonly value: string; readonly pointer: string },
): SchemaReply {
  try {
    if (validate(JSON.parse(value))) return { kind: 'fits' };
    return { kind: 'misfits', problems: valueProblems(validate.errors ?? [], pointer) };
  } catch (error) {
    if (!isError(error) || error.name !== 'RangeError') throw error;
    // A schema that refers to itself follows the value down, one call for each level.
    return { kind: 'misfits', problems: [{ field: pointer, message: 'is nested too deeply to be checked' }] };
  } finally {
    // Else the compiled schema would keep as many as there are elements in the value.
    validate.errors = null;
  }
}
