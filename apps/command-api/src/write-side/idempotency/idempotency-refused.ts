/** An `Idempotency-Key` that stands for another body (422), or whose first request is still running (409). */
export class IdempotencyRefused extends Error {
  override readonly name = 'IdempotencyRefused';
  readonly status: 409 | 422;
  constructor(readonly code: 'idempotency_key_reused' | 'idempotency_in_flight') {
    super(
      code === 'idempotency_key_reused'
        ? 'This Idempotency-Key was used with another body. Use a new key for a new request.'
        : 'The first request with this Idempotency-Key is still running. Try again in a moment.',
    );
    this.status = code === 'idempotency_key_reused' ? 422 : 409;
  }
}
