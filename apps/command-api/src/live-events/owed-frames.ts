import type { HeldBytes } from './held-bytes.js';
import type { LiveEventFrame } from './live-event-frame.js';
import type { LiveStream } from './live-stream.js';

export interface OwedFramesBounds {
  /** A reader that is owed more is cut off. */
  readonly events: number;
  /** Of one organization. */
  readonly bytes: number;
}

/**
 * The newest events of an organization, once for all its readers, as far back as some reader has not taken them: none
 * while all keep up. Whoever would make it hold more than it may is cut off, and resumes from the log.
 */
export class OwedFrames {
  #frames: LiveEventFrame[] = [];
  #bytes = 0;

  constructor(
    private readonly bounds: OwedFramesBounds,
    private readonly held: HeldBytes,
  ) {}

  /** Hands the frames to every reader and keeps them for those that cannot take them yet. */
  publish(frames: readonly LiveEventFrame[], streams: ReadonlySet<LiveStream>): void {
    this.#frames.push(...frames);
    this.#count(frames, 1);
    for (const stream of streams) {
      stream.take(this.#frames);
      if (stream.isFull && stream.owed(this.#frames) > this.bounds.events) stream.end('slow');
    }
    this.forgetTaken(streams);
    while (this.#frames.length > 0 && (this.#bytes > this.bounds.bytes || this.held.areTooMany)) {
      slowest(streams)?.end('slow');
      this.forgetTaken(streams);
    }
  }

  /** A reader that was behind wants more. */
  handTo(stream: LiveStream, streams: ReadonlySet<LiveStream>): void {
    if (this.#frames.length === 0) return;
    stream.take(this.#frames);
    if (!stream.isFull) this.forgetTaken(streams);
  }

  /** Lets go of what every reader has taken. */
  forgetTaken(streams: ReadonlySet<LiveStream>): void {
    const oldest = slowest(streams)?.position ?? Infinity;
    const first = this.#frames.findIndex(({ seq }) => seq > oldest);
    this.#count(this.#frames.splice(0, first < 0 ? this.#frames.length : first), -1);
  }

  #count(frames: readonly LiveEventFrame[], sign: 1 | -1): void {
    const bytes = frames.reduce((sum, frame) => sum + frame.bytes.length, 0);
    this.#bytes += sign * bytes;
    this.held.add(sign * bytes);
  }
}

/** Of those that have not ended. */
function slowest(streams: ReadonlySet<LiveStream>): LiveStream | null {
  let found: LiveStream | null = null;
  for (const stream of streams) if (!stream.hasEnded && stream.position < (found?.position ?? Infinity)) found = stream;
  return found;
}
