/** A whole number as an answer has it: a number where that is exact, and its digits as they are where it is not. */
export type ExactInteger = number | RawJson;

/** A text that `JSON.stringify` writes as it is. */
export type RawJson = { readonly rawJSON: string };

declare global {
  // Of ECMAScript's "JSON.parse source text access", which the compiler does not know yet.
  interface JSON {
    rawJSON(text: string): RawJson;
  }
}

/**
 * JSON bounds no number, so an answer can say sums beyond 2^53 to the last digit; readers that hold numbers as doubles
 * round them by themselves.
 */
export function exactInteger(value: bigint): ExactInteger {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : JSON.rawJSON(String(value));
}
