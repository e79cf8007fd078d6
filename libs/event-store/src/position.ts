declare const positionBrand: unique symbol;

/**
 * A place in the log of one event store: opaque and totally ordered. Only an adapter makes one; the numbers mean
 * nothing outside it (dense on Postgres, byte offsets on EventStoreDB). Compare with `<`, `>` and `===`.
 */
export type Position = bigint & { readonly [positionBrand]: true };

/** Reads a position back from where it was stored (a checkpoint, an opened token). */
export function toPosition(value: bigint | string): Position {
  return BigInt(value) as Position;
}

/** Before the first event of any log. */
export const BEGINNING: Position = toPosition(0n);
