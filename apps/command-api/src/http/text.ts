/** Control characters but tab, line feed and carriage return. */
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/;
const LINE_BREAK_OR_TAB = /[\t\n\r]/;
/** With the `u` flag a surrogate of a pair is no surrogate, so what matches stands alone. */
export const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * The secret of a key, or one that webhooks are signed with: people paste it into a reason when it leaked, and texts are
 * stored, shown and exported.
 */
const SECRET = /ak_(live|test)_[0-9A-Za-z]{69}|whsec_[0-9A-Za-z+/]{43}=/;

export interface TextRule {
  /** In code points. */
  readonly max: number;
  readonly min?: number;
  /** Tab and line breaks, which only texts for people to read may have. */
  readonly lineBreaks?: boolean;
}

/** What is wrong with a text under a rule, null where nothing is. */
export function textProblem(value: string, { max, min = 0, lineBreaks = false }: TextRule): string | null {
  if (LONE_SURROGATE.test(value)) return 'must not contain a lone surrogate';
  if (CONTROL.test(value)) return 'must not contain control characters';
  if (!lineBreaks && LINE_BREAK_OR_TAB.test(value)) return 'must not contain tabs or line breaks';
  if (SECRET.test(value)) return 'must not contain the secret of a key or of a webhook endpoint';
  // A code point takes one or two units, so most texts need no counting.
  const length = value.length <= max && value.length >= 2 * min ? value.length : [...value].length;
  if (length > max) return `must have at most ${max} characters`;
  if (length < min) return `must have at least ${min} characters`;
  return null;
}
