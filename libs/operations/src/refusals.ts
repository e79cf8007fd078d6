/** How every server of the product refuses what none of its routes gets to see, and what it says of its own failures. */
export const REFUSALS = {
  bad_request: { status: 400, message: 'This is not a valid HTTP request.' },
  not_found: { status: 404, message: 'There is no such route.' },
  method_not_allowed: { status: 405, message: 'This route does not take this method.' },
  validation_failed: { status: 422, message: 'The request has the wrong shape.' },
  internal_error: { status: 500, message: 'Something went wrong on our side.' },
} as const;

/** What is said of a query parameter that a route does not have. */
export const UNKNOWN_PARAMETER = 'is not a parameter of this call';
