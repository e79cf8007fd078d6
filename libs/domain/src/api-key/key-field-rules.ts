import { DomainRejection } from '../domain-rejection.js';
import { MAX_TEXT_LENGTH, validLine, validText, wholeNumber } from '../field-rules.js';

const MAX_NAME_LENGTH = 200;
/** Ten years. */
export const MAX_LIFETIME_SECONDS = 315_360_000;
export const MAX_GRACE_SECONDS = 30 * 86_400;

/** The name without surrounding blanks. @throws DomainRejection `invalid_name` when nothing is left, `validation_failed` */
export function validName(name: string): string {
  const trimmed = name.trim();
  if (trimmed === '') throw new DomainRejection('invalid_name', 'Name cannot be empty.');
  // As it came, for trimming takes line breaks off; blanks around it do not count.
  validLine('name', name, Infinity);
  return validLine('name', trimmed, MAX_NAME_LENGTH);
}

/** A description or a reason, as it came. @throws DomainRejection `validation_failed` */
export function validKeyText(field: 'description' | 'reason', text: string | null): string | null {
  return text === null ? null : validText(field, text, MAX_TEXT_LENGTH);
}

/** @throws DomainRejection `validation_failed` */
export function validLifetime(seconds: number | null): number | null {
  return seconds === null ? null : wholeNumber('seconds_until_expiration', seconds, 1, MAX_LIFETIME_SECONDS);
}

/** @throws DomainRejection `validation_failed` */
export function validGrace(seconds: number): number {
  return wholeNumber('grace_period_seconds', seconds, 0, MAX_GRACE_SECONDS);
}
