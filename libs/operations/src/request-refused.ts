/** What the operations server itself refuses, by the codes of the API's contract. */
const REFUSALS = {
  bad_request: { status: 400, message: 'This is not a valid HTTP request.' },
  not_found: { status: 404, message: 'There is no such route.' },
  method_not_allowed: { status: 405, message: 'This route does not take this method.' },
  validation_failed: { status: 422, message: 'The request has the wrong shape.' },
} as const;

export interface RequestRefusedFields {
  readonly fields?: readonly { readonly field: string; readonly message: string }[];
  /** Answered as `Allow`. */
  readonly allow?: readonly string[];
}

/** A request that is refused; the API, which serves these routes too, knows its code and its fields. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused';
  readonly status: number;
  readonly fields?: RequestRefusedFields['fields'];
  readonly allow?: RequestRefusedFields['allow'];

  constructor(
    readonly code: keyof typeof REFUSALS,
    { fields, allow }: RequestRefusedFields = {},
  ) {
    super(REFUSALS[code].message);
    this.status = REFUSALS[code].status;
    if (fields !== undefined) this.fields = fields;
    if (allow !== undefined) this.allow = allow;
  }
}
