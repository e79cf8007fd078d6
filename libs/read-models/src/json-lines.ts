/**
 * One column of JSON values as one parameter, for `string_to_array($n, E'\\n')::json[]`: what JSON.stringify writes has no
 * line feed in it, so that nothing has to be escaped a second time.
 */
export function jsonLines(values: readonly unknown[]): string {
  return values.map((value) => JSON.stringify(value)).join('\n');
}
