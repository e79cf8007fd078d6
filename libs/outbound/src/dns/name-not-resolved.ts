/** No address is known of a name at this moment; `reason` is a code of c-ares such as `ENOTFOUND`, or ours. */
export class NameNotResolved extends Error {
  override readonly name = 'NameNotResolved';
  readonly code = 'dns';

  constructor(readonly reason: string) {
    super('the name does not resolve');
  }
}
