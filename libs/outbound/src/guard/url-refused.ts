/** A URL that nothing may be sent to. The message is for whoever gave it, and says what to change. */
export class UrlRefused extends Error {
  override readonly name = 'UrlRefused';
  readonly code = 'invalid_url';
}
