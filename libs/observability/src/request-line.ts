/**
 * What is logged of a request. Whatever else the object holds stays out: headers, query values and bodies carry
 * credentials and personal data, and a concrete path carries what a client mistyped into it.
 */
export interface RequestLine {
  readonly method: string;
  /** The route's template, such as `/v1/api-keys/:id`. */
  readonly route: string;
  readonly status: number;
  readonly duration_ms: number;
  readonly request_id: string;
  readonly org_id: string | null;
  readonly caller_type: string | null;
  readonly caller_id: string | null;
}

/** Copies the named fields and nothing else. */
export function requestLine(line: RequestLine): RequestLine {
  const { method, route, status, duration_ms, request_id, org_id, caller_type, caller_id } = line;
  return { method, route, status, duration_ms, request_id, org_id, caller_type, caller_id };
}
