import { ERROR_CODES, type ErrorCode } from './error-codes.js';

/** What is wrong with one field of a body, one query parameter or one header. */
export interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

export interface Refusal {
  readonly message?: string;
  readonly fields?: readonly FieldProblem[];
  readonly requiredScope?: string;
  /** Answered as `Retry-After`. */
  readonly retryAfterSeconds?: number;
  /** Answered as `Allow`. */
  readonly allow?: readonly string[];
}

/** What the HTTP edge itself refuses, before or instead of a use case. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused';
  constructor(
    readonly code: ErrorCode,
    readonly refusal: Refusal = {},
  ) {
    super(refusal.message ?? ERROR_CODES[code].message);
  }

  /** 422 `validation_failed` for one field. */
  static field(field: string, message: string): RequestRefused {
    return new RequestRefused('validation_failed', { fields: [{ field, message }] });
  }
}
