import { DomainRejection } from '../domain-rejection.js';

/** Lengths count code points, so that a name in any script may be equally long. */
const MAX_NAME_LENGTH = 200;
export const MAX_TEXT_LENGTH = 2000;
/** Ten years. */
export const MAX_LIFETIME_SECONDS = 315_360_000;
export const MAX_GRACE_SECONDS = 30 * 86_400;

/** A lone surrogate cannot be written as UTF-8, and Postgres cannot hold a NUL. */
const FORBIDDEN_IN_LINE = /[\p{Cc}\p{Cs}]/u;
const FORBIDDEN_IN_TEXT = /(?![\t\n\r])[\p{Cc}\p{Cs}]/u;

/** The name without surrounding blanks. @throws DomainRejection `invalid_name` when nothing is left, `validation_failed` */
export function validName(name: string): string {
  const trimmed = name.trim();
  if (trimmed === '') throw new DomainRejection('invalid_name', 'Name cannot be empty.');
  if (FORBIDDEN_IN_LINE.test(name)) throw DomainRejection.ofField('name', 'must not contain control characters');
  requireLength('name', trimmed, MAX_NAME_LENGTH);
  return trimmed;
}

/** A description or a reason, as it came. @throws DomainRejection `validation_failed` */
export function validText(field: 'description' | 'reason', text: string | null): string | null {
  if (text === null) return null;
  if (FORBIDDEN_IN_TEXT.test(text)) throw DomainRejection.ofField(field, 'must not contain control characters');
  requireLength(field, text, MAX_TEXT_LENGTH);
  return text;
}

/** @throws DomainRejection `validation_failed` */
export function validLifetime(seconds: number | null): number | null {
  return seconds === null ? null : inRange('seconds_until_expiration', seconds, 1, MAX_LIFETIME_SECONDS);
}

/** @throws DomainRejection `validation_failed` */
export function validGrace(seconds: number): number {
  return inRange('grace_period_seconds', seconds, 0, MAX_GRACE_SECONDS);
}

function inRange(field: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw DomainRejection.ofField(field, `must be a whole number from ${least} to ${most}`);
}

function requireLength(field: string, text: string, most: number): void {
  // A string has at most as many code points as code units: most texts need no second look.
  if (text.length > most && [...text].length > most) {
    throw DomainRejection.ofField(field, `must be at most ${most} characters long`);
  }
}
