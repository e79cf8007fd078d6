/** A redelivery takes no members. */
export class RedeliverRequest {}
