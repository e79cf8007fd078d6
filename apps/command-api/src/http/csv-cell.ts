import type { ExactInteger } from '#libs/domain';

/**
 * A value as a cell of CSV (RFC 4180), null as an empty one. What a spreadsheet would run as a formula gets a leading `'`,
 * which it shows as text.
 */
export function csvCell(value: string | ExactInteger | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'object') return value.rawJSON;
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
