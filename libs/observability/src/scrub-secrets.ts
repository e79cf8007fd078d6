/** What a credential of this product, or one that its callers bring, looks like. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/ak_(live|test)_[0-9A-Za-z]{60,}/g, 'ak_$1_[secret]'],
  [/plt_[0-9A-Za-z_-]{8,}/g, 'plt_[secret]'],
  [/whsec_[0-9A-Za-z+/=_-]{8,}/g, 'whsec_[secret]'],
  // A token without its signature still says who and until when, so all three parts go.
  [/eyJ[0-9A-Za-z_-]{8,}(\.[0-9A-Za-z_-]*){0,2}/g, '[jwt]'],
];

/**
 * Replaces everything shaped like a secret. The last resort, over every line that is logged: what is logged is chosen
 * field by field, and this catches the message of somebody else's error that quotes its input.
 */
export function scrubSecrets(line: string): string {
  // Nearly no line has one; looking for the four beginnings is cheaper than running the expressions.
  if (!/_live_|_test_|plt_|whsec_|eyJ/.test(line)) return line;
  return SECRETS.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), line);
}
