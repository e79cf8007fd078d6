/**
 * One column of many rows as one parameter: a Postgres array literal, for `unnest`. Measured on audit entries, a row
 * costs the server a third of what `json_to_recordset` makes of it, and `pg`'s own arrays cost us twice as much to build.
 */
export function arrayParameter(values: readonly (string | number | boolean | null)[]): string {
  return `{${values.map(element).join(',')}}`;
}

function element(value: string | number | boolean | null): string {
  if (value === null) return 'NULL';
  if (typeof value !== 'string') return String(value);
  return `"${SPECIAL.test(value) ? value.replace(/["\\]/g, '\\$&') : value}"`;
}

const SPECIAL = /["\\]/;
