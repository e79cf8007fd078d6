/** Nothing was checked: too much is waiting already, or the thread that checks is gone. The call may be repeated. */
export class SchemaCheckUnavailable extends Error {
  readonly code = 'schema_check_unavailable';
  override readonly name = 'SchemaCheckUnavailable';
}
