import type { PendingAppend } from '#libs/event-store';

const MAX_APPENDS = 500;
const MAX_BYTES = 4_000_000;

/**
 * The next batch of those that wait, in arrival order, at most one append per stream: a second one to the same stream
 * is decided on what the first one left, so it goes with a later batch, and so do all behind it of that stream.
 * Appends past their deadline are dropped.
 */
export function takeBatch(waiting: readonly PendingAppend[]): { batch: PendingAppend[]; rest: PendingAppend[] } {
  const batch: PendingAppend[] = [];
  const rest: PendingAppend[] = [];
  const streams = new Set<string>();
  let bytes = 0;
  for (const [index, pending] of waiting.entries()) {
    const { stream, bytes: size } = pending.request;
    if (pending.settled) continue;
    if (streams.has(stream)) {
      rest.push(pending);
      continue;
    }
    if (batch.length === MAX_APPENDS || (batch.length > 0 && bytes + size > MAX_BYTES)) {
      return { batch, rest: [...rest, ...waiting.slice(index)] };
    }
    streams.add(stream);
    batch.push(pending);
    bytes += size;
  }
  return { batch, rest };
}
