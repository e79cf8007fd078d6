import { REFUSALS } from './refusals.js';

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
    readonly code: Exclude<keyof typeof REFUSALS, 'internal_error'>,
    { fields, allow }: RequestRefusedFields = {},
  ) {
    super(REFUSALS[code].message);
    this.status = REFUSALS[code].status;
    if (fields !== undefined) this.fields = fields;
    if (allow !== undefined) this.allow = allow;
  }
}
