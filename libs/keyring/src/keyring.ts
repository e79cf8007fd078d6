/**
 * The keys that live outside every database. Losing them loses every credential; a database dump without them opens
 * nothing. All are 32 random bytes.
 */
export interface Keyring {
  /** The version that new secrets are hashed and new answers are sealed under. */
  readonly currentPepper: number;
  /** Every version that something stored may still be under. */
  readonly peppers: ReadonlyMap<number, Buffer>;
  /** Encrypts log positions and cursors on their way out. */
  readonly positionKey: Buffer;
}
