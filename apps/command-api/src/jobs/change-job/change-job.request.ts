/** Cancelling and retrying take no member. */
export class ChangeJobRequest {}
