import { HttpException } from '@nestjs/common';
import { codeOf, isError } from '#libs/errors';
import { ERROR_CODES, isErrorCode, type ErrorCode } from './error-codes.js';
import type { FieldProblem } from './request-refused.js';

/** The body of every answer that is an error. */
export interface ErrorBody {
  readonly detail: {
    readonly code: ErrorCode;
    readonly message: string;
    readonly fields?: readonly FieldProblem[];
    readonly required_scope?: string;
    readonly request_id: string;
  };
}

export interface ErrorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ErrorBody;
}

const FRAMEWORK_CODES: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'payload_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
};
const SECONDS_UNTIL_RETRY = 1;

/**
 * What an error is answered as. The product's errors each carry a literal `code`, so the table of codes is the whole
 * mapping; an error without one of those is 500 and tells nothing of itself.
 *
 * Only refusals of the caller's own input speak in their own words: a 401 shall not say what was wrong with the
 * credential, and a 5xx not what is inside.
 */
export function errorAnswer(error: unknown, requestId: string): ErrorAnswer {
  const code = errorCode(error);
  const { status, message } = ERROR_CODES[code];
  const refusal = refusalOf(error);
  const speaksForItself = status !== 401 && status < 500 && isError(error) && isErrorCode(codeOf(error));
  return {
    status,
    headers: headersOf(code, status, refusal),
    body: {
      detail: {
        code,
        message: speaksForItself && error.message !== '' ? error.message : message,
        ...(refusal.fields === undefined ? {} : { fields: refusal.fields }),
        ...(refusal.requiredScope === undefined ? {} : { required_scope: refusal.requiredScope }),
        request_id: requestId,
      },
    },
  };
}

/** The code that an error is answered with. */
export function errorCode(error: unknown): ErrorCode {
  if (!isError(error)) return 'internal_error';
  const code = codeOf(error);
  if (isErrorCode(code)) return code;
  const known = FRAMEWORK_CODES[code];
  if (known !== undefined) return known;
  const status = error instanceof HttpException ? error.getStatus() : 'statusCode' in error ? error.statusCode : 500;
  if (status === 404) return 'not_found';
  return typeof status === 'number' && status >= 400 && status < 500 ? 'bad_request' : 'internal_error';
}

interface RefusalParts {
  readonly fields?: readonly FieldProblem[];
  readonly requiredScope?: string;
  readonly retryAfterSeconds?: number;
  readonly allow?: readonly string[];
}

/** Domain and authorization errors carry these on themselves, refusals of the edge in `refusal`. */
function refusalOf(error: unknown): RefusalParts {
  if (typeof error !== 'object' || error === null) return {};
  const { fields, requiredScope, retryAfterSeconds, allow }: Record<string, unknown> = {
    ...error,
    ...('refusal' in error && typeof error.refusal === 'object' ? error.refusal : {}),
  };
  return {
    ...(Array.isArray(fields) ? { fields: fields.filter(isFieldProblem) } : {}),
    ...(typeof requiredScope === 'string' ? { requiredScope } : {}),
    ...(typeof retryAfterSeconds === 'number' ? { retryAfterSeconds } : {}),
    ...(Array.isArray(allow) ? { allow: allow.filter((method) => typeof method === 'string') } : {}),
  };
}

function isFieldProblem(value: unknown): value is FieldProblem {
  return typeof value === 'object' && value !== null && 'field' in value && 'message' in value;
}

function headersOf(code: ErrorCode, status: number, refusal: RefusalParts): Record<string, string> {
  const retryAfter =
    refusal.retryAfterSeconds ?? (status === 503 || code === 'rate_limited' ? SECONDS_UNTIL_RETRY : null);
  return {
    ...(retryAfter === null ? {} : { 'retry-after': String(Math.max(1, Math.ceil(retryAfter))) }),
    ...(refusal.allow === undefined ? {} : { allow: refusal.allow.join(', ') }),
    ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
  };
}
