import type { LogEvent } from '#libs/read-models';
import type { LiveEventKind } from './live-event-kinds.js';
import { behind, type LiveEventPositions } from './live-event-positions.js';
import { presentLiveEvent } from './present-live-event.js';

/** An event as every reader of its organization is sent it. */
export interface LiveEventFrame {
  readonly seq: number;
  readonly kind: LiveEventKind;
  readonly bytes: Buffer;
}

/** Null for an event of nothing that is shown live. @throws UnknownEvent, MalformedEvent */
export function liveEventFrame(orgId: string, event: LogEvent, positions: LiveEventPositions): LiveEventFrame | null {
  const live = presentLiveEvent(event);
  if (live === null) return null;
  const { kind, data } = live;
  const id = positions.seal(orgId, behind(event));
  // JSON escapes line breaks, so the data are one line.
  const bytes = Buffer.from(`event: ${kind}.updated\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`);
  return { seq: event.seq, kind, bytes };
}

/** Goes ahead of everything: when to come back, and from where, though nothing was sent yet. It is no event itself. */
export function openingFrame(id: string, retryMs: number): Buffer {
  return Buffer.from(`retry: ${retryMs}\nid: ${id}\n\n`);
}

/** Keeps proxies from taking the connection for dead, and lets a dead one be noticed. */
export const COMMENT: Buffer = Buffer.from(': \n\n');
