/**
 * About how much an event's content takes as JSON: what a page may hold is bounded by it, and making the JSON again only
 * to measure it would cost more than reading it.
 */
export function approximateBytes(value: unknown): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null) return 8;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  let bytes = 2;
  for (const [name, member] of Object.entries(value)) bytes += name.length + 3 + approximateBytes(member);
  return bytes;
}
