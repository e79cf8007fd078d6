import { pause } from '#libs/lifecycle';
import { liveEventFrame, type LiveEventFrame } from './live-event-frame.js';
import type { LiveEventPositions } from './live-event-positions.js';
import type { LiveStream } from './live-stream.js';
import type { OrganizationFeed } from './organization-feed.js';
import { withoutGap, type OrganizationLog } from './organization-log.js';

export interface CatchUpOptions {
  readonly log: OrganizationLog;
  readonly feed: OrganizationFeed;
  readonly positions: LiveEventPositions;
}

/** What is held for a reader between two looks at the log. */
const MOST_BYTES = 65_536;
const LOOK_AGAIN_MS = 1_000;

/**
 * Sends a stream what lies between its place and the feed's, at the reader's own pace, and lets it join. However far back
 * that begins, no more is held for it than a few events.
 * @throws DatabaseUnavailable @throws LogGap @throws UnknownEvent, MalformedEvent
 */
export async function catchUp(stream: LiveStream, { log, feed, positions }: CatchUpOptions): Promise<void> {
  for (;;) {
    await taken(stream);
    if (stream.hasEnded) return;
    if (stream.position >= feed.position) return feed.join(stream);
    const { frames, upTo } = await nextFrames(stream.position, log, positions);
    for (const frame of frames.filter(({ kind }) => stream.kinds.has(kind))) {
      await taken(stream);
      stream.write(frame.bytes);
    }
    // A projection that is built anew and serves already may not be where the last one was.
    if (upTo === stream.position) await pause(LOOK_AGAIN_MS);
    stream.passTo(upTo);
  }
}

/** Once more may be written, or never again. */
function taken(stream: LiveStream): Promise<void> {
  if (!stream.isFull || stream.hasEnded) return Promise.resolve();
  return new Promise((resolve) => {
    stream.onWanted = resolve;
  });
}

/** In a function of its own, so that the events themselves are not held while the reader takes its time. */
async function nextFrames(
  afterSeq: number,
  log: OrganizationLog,
  positions: LiveEventPositions,
): Promise<{ readonly frames: readonly LiveEventFrame[]; readonly upTo: number }> {
  const { events } = withoutGap(afterSeq, await log.read(afterSeq));
  const frames: LiveEventFrame[] = [];
  let [upTo, bytes] = [afterSeq, 0];
  for (const event of events) {
    const frame = liveEventFrame(log.orgId, event, positions);
    if (frame !== null) frames.push(frame);
    bytes += frame?.bytes.length ?? 0;
    upTo = event.seq;
    if (bytes >= MOST_BYTES) break;
  }
  return { frames, upTo };
}
