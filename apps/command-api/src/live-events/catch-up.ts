import { pause } from '#libs/lifecycle';
import type { HeldBytes } from './held-bytes.js';
import { liveEventFrame, type LiveEventFrame } from './live-event-frame.js';
import type { LiveEventPositions } from './live-event-positions.js';
import type { LiveStream } from './live-stream.js';
import type { OrganizationFeed } from './organization-feed.js';
import { withoutGap, type OrganizationLog } from './organization-log.js';

export interface CatchUpOptions {
  readonly log: OrganizationLog;
  readonly feed: OrganizationFeed;
  readonly positions: LiveEventPositions;
  readonly held: HeldBytes;
}

/** What is read for a reader at once. */
const PAGE_BYTES = 65_536;
const LOOK_AGAIN_MS = 1_000;

/**
 * Sends a stream what lies between its place and the feed's, at the reader's own pace, and lets it join. However far back
 * that begins, no more is held for it than a few events, and none while the process holds as much as it may.
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
    if (stream.position === before && !stream.hasEnded) await pause(LOOK_AGAIN_MS);
  }
}

/** In a function of its own, so that what is given up is not held while the reader takes its time. */
async function sendPage(stream: LiveStream, { log, positions, held }: CatchUpOptions): Promise<void> {
  const { frames, upTo } = await nextFrames(stream.position, log, positions);
  let owed = frames.reduce((sum, { bytes }) => sum + bytes.length, 0);
  held.add(owed);
  try {
    for (const { seq, kind, bytes } of frames) {
      if (stream.kinds.has(kind)) {
        // It is read again when the reader wants it.
        if (stream.isFull && held.areTooMany) return;
        await taken(stream);
        stream.write(bytes);
      }
      if (stream.hasEnded) return;
      stream.passTo(seq);
      held.add(-bytes.length);
      owed -= bytes.length;
    }
    stream.passTo(upTo);
  } finally {
    held.add(-owed);
  }
}

/** Once more may be written, or never again. */
function taken(stream: LiveStream): Promise<void> {
  if (!stream.isFull || stream.hasEnded) return Promise.resolve();
  return new Promise((resolve) => {
    stream.onWanted = resolve;
  });
}

/** In a function of its own, so that the events themselves are not held either. */
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
    if (bytes >= PAGE_BYTES) break;
  }
  return { frames, upTo };
}
