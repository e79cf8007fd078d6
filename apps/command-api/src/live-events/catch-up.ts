import { pause } from '#libs/lifecycle';
import { liveEventFrame } from './live-event-frame.js';
import type { LiveEventPositions } from './live-event-positions.js';
import type { LiveStream } from './live-stream.js';
import type { OrganizationFeed } from './organization-feed.js';
import { withoutGap, type OrganizationLog } from './organization-log.js';

export interface CatchUpOptions {
  readonly log: OrganizationLog;
  readonly feed: OrganizationFeed;
  readonly positions: LiveEventPositions;
}

const LOOK_AGAIN_MS = 1_000;

/**
 * Sends a stream what lies between its place and the feed's, at the reader's own pace, and lets it join. However far back
 * that begins, nothing is held for it but its own buffer while the reader takes its time.
 * @throws DatabaseUnavailable @throws LogGap @throws UnknownEvent, MalformedEvent
 */
export async function catchUp(stream: LiveStream, options: CatchUpOptions): Promise<void> {
  const { feed } = options;
  for (;;) {
    await taken(stream);
    if (stream.hasEnded) return;
    if (stream.position >= feed.position) return feed.join(stream);
    const before = stream.position;
    await sendPage(stream, options);
    // A projection that is built anew and serves already may not be where the last one was.
    if (stream.position === before && !stream.isFull && !stream.hasEnded) await pause(LOOK_AGAIN_MS);
  }
}

/**
 * As much of the next page as the reader takes. The rest is read again when the reader wants it: kept for thousands that
 * take nothing, it would cost readers of other organizations the room that they have to fall behind.
 */
async function sendPage(stream: LiveStream, { log, positions }: CatchUpOptions): Promise<void> {
  const { events } = withoutGap(stream.position, await log.read(stream.position));
  for (const event of events) {
    if (stream.isFull || stream.hasEnded) return;
    const frame = liveEventFrame(log.orgId, event, positions);
    if (frame !== null && stream.kinds.has(frame.kind)) stream.write(frame.bytes);
    stream.passTo(event.seq);
  }
}

/** Once more may be written, or never again. */
function taken(stream: LiveStream): Promise<void> {
  if (!stream.isFull || stream.hasEnded) return Promise.resolve();
  return new Promise((resolve) => {
    stream.onWanted = resolve;
  });
}
