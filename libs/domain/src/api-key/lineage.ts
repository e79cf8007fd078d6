/** What every stream of this kind is called before its lineage; the filter of a subscription to keys. */
export const API_KEY_STREAM_PREFIX = 'apiKey-';

const KEY_ID = /^ak_([0-9A-Za-z]{16})[0-9A-Za-z]{4}$/;

/**
 * The lineage that a key belongs to: the first 16 characters behind `ak_`, the same for a key and all its rotations, so
 * that an id alone names its stream and rotating stays one append to one stream. Null for an id of the wrong form,
 * which callers answer as an unknown one.
 */
export function lineageOf(keyId: string): string | null {
  return KEY_ID.exec(keyId)?.[1] ?? null;
}

/** The stream that holds a key and all its rotations. */
export function lineageStream(lineage: string): string {
  return `${API_KEY_STREAM_PREFIX}${lineage}`;
}
