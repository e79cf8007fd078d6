import { DomainRejection } from './domain-rejection.js';

/** Of every description, reason and message. */
export const MAX_TEXT_LENGTH = 2000;

/** A lone surrogate cannot be written as UTF-8, and Postgres cannot hold a NUL. */
const FORBIDDEN_IN_LINE = /[\p{Cc}\p{Cs}]/u;
const FORBIDDEN_IN_TEXT = /(?![\t\n\r])[\p{Cc}\p{Cs}]/u;

/** Text without line breaks, as it came, at most so many code points long. @throws DomainRejection `validation_failed` */
export function validLine(field: string, text: string, most: number): string {
  return valid(field, text, most, FORBIDDEN_IN_LINE);
}

/** Text that may have tabs and line breaks, as it came. @throws DomainRejection `validation_failed` */
export function validText(field: string, text: string, most: number): string {
  return valid(field, text, most, FORBIDDEN_IN_TEXT);
}

/** @throws DomainRejection `validation_failed` */
export function wholeNumber(field: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw DomainRejection.ofField(field, `must be a whole number from ${least} to ${most}`);
}

/** Lengths count code points, so that a text in any script may be equally long. */
function valid(field: string, text: string, most: number, forbidden: RegExp): string {
  if (forbidden.test(text)) throw DomainRejection.ofField(field, 'must not contain control characters');
  // A string has at most as many code points as code units: most texts need no second look.
  if (text.length > most && [...text].length > most) {
    throw DomainRejection.ofField(field, `must be at most ${most} characters long`);
  }
  return text;
}
