const PLACES = 6;

/**
 * A decimal such as `12.5` in millionths, exactly: sums of money are sums of these, for no binary fraction is a cent.
 * At most six places; the caller has looked at the form.
 */
export function toMicroDollars(cost: string): bigint {
  const [dollars = '', fraction = ''] = cost.split('.');
  return BigInt(dollars + fraction.padEnd(PLACES, '0'));
}

/** The decimal with its six places; not negative. */
export function fromMicroDollars(millionths: bigint): string {
  const digits = String(millionths).padStart(PLACES + 1, '0');
  return `${digits.slice(0, -PLACES)}.${digits.slice(-PLACES)}`;
}
