/**
 * Bytes of a stranger as text that Postgres stores: what is no UTF-8, and NUL, which Postgres has no place for, become
 * U+FFFD.
 * @param isCut whether more came behind them, so that a character may have been cut in two, which is then left out
 */
export function storableText(bytes: Buffer, isCut: boolean): string {
  return new TextDecoder('utf-8').decode(bytes, { stream: isCut }).replaceAll('\0', '\ufffd');
}
