/** Every key id that the command offered is taken; nothing changed. Mint others and run the command again. */
export class NoFreeKeyId extends Error {
  readonly code = 'no_free_key_id';
  override readonly name = 'NoFreeKeyId';
  constructor() {
    super('every key id that the command offered is taken');
  }
}
