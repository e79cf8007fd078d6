declare const vetted: unique symbol;

/** An address that may be connected to now. Only the guard makes one. */
export interface VettedAddress {
  readonly [vetted]: true;
  readonly address: string;
  readonly family: 4 | 6;
}
