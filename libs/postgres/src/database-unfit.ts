/** The database, or how it is reached, cannot be worked with until its operator changes something; the message says what. */
export class DatabaseUnfit extends Error {
  readonly code = 'database_unfit';
  override readonly name = 'DatabaseUnfit';
}
