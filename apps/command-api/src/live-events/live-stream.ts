import { Readable } from 'node:stream';
import type { LiveEventFrame } from './live-event-frame.js';
import { COMMENT } from './live-event-frame.js';
import type { LiveEventKind } from './live-event-kinds.js';

/** Why a stream ended: its reader went, took too long, or may no longer listen; or we cannot go on, or stop. */
export type EndOfStream = 'client' | 'slow' | 'credential' | 'fault' | 'shutdown';

export interface LiveStreamOptions {
  readonly kinds: ReadonlySet<LiveEventKind>;
  /** Number of the last event that the reader is not to be sent. */
  readonly position: number;
  /** Cuts the connection. */
  readonly cut: () => void;
  /** Told once. */
  readonly onEnd: (reason: EndOfStream) => void;
}

/** Node's own buffers ahead of the connection; past this nothing is written until the reader has taken some. */
const BUFFER_BYTES = 16_384;
/** For the reader to take the end, of the 2 s in which a stream ends. */
const TAKE_THE_END_MS = 1_000;

/**
 * The stream of one reader. It keeps nothing for a reader that is behind but its place: what it is owed stays where all
 * readers of its organization find it, so that a slow one costs its buffer and no more.
 */
export class LiveStream {
  /** The body of the answer. */
  readonly body: Readable;
  /** Called whenever the reader has taken what was written and wants more. */
  onWanted: () => void = () => undefined;
  #position: number;
  #end: EndOfStream | null = null;
  /** Since when nothing may be written, of `performance.now`; null while it may. */
  #fullSince: number | null = null;
  #commentedAt = performance.now();

  constructor(private readonly options: LiveStreamOptions) {
    this.#position = options.position;
    this.body = new Readable({
      highWaterMark: BUFFER_BYTES,
      read: () => {
        this.#fullSince = null;
        if (this.#end === null) this.onWanted();
      },
    });
  }

  get kinds(): ReadonlySet<LiveEventKind> {
    return this.options.kinds;
  }

  /** Number of the last event that was written, or is none of its kinds. */
  get position(): number {
    return this.#position;
  }

  get hasEnded(): boolean {
    return this.#end !== null;
  }

  get isFull(): boolean {
    return this.#fullSince !== null;
  }

  /** How long the reader has taken nothing though more is waiting for it. */
  fullForMs(now: number): number {
    return this.#fullSince === null ? 0 : now - this.#fullSince;
  }

  /** Whatever the buffers hold; nothing once it has ended. */
  write(bytes: Buffer): void {
    if (this.#end !== null) return;
    if (!this.body.push(bytes)) this.#fullSince ??= performance.now();
  }

  /** Writes of these what is behind its place and of its kinds, as far as the reader takes it. */
  take(frames: readonly LiveEventFrame[]): void {
    for (let at = firstBehind(frames, this.#position); at < frames.length; at++) {
      const frame = frames[at];
      if (frame === undefined || this.#end !== null) return;
      if (this.kinds.has(frame.kind)) {
        if (this.isFull) return;
        this.write(frame.bytes);
      }
      this.#position = frame.seq;
    }
  }

  /** Moves on over events that it is not sent. */
  passTo(seq: number): void {
    this.#position = Math.max(this.#position, seq);
  }

  /** How many of these it has not been sent yet. */
  owed(frames: readonly LiveEventFrame[]): number {
    return frames.slice(firstBehind(frames, this.#position)).filter(({ kind }) => this.kinds.has(kind)).length;
  }

  /** A comment, where the last one is `everyMs` old; a reader that is behind has enough to take. */
  comment(now: number, everyMs: number): void {
    if (now - this.#commentedAt < everyMs || this.isFull) return;
    this.#commentedAt = now;
    this.write(COMMENT);
  }

  /** For good; a second time changes nothing. A reader that does not take the end either is cut off. */
  end(reason: EndOfStream): void {
    if (this.#end !== null) return;
    this.#end = reason;
    this.options.onEnd(reason);
    this.onWanted();
    this.body.push(null);
    if (reason === 'slow') this.options.cut();
    else if (reason !== 'client') setTimeout(this.options.cut, TAKE_THE_END_MS).unref();
  }
}

/** Index of the first frame behind that number; they are in order. */
function firstBehind(frames: readonly LiveEventFrame[], seq: number): number {
  let [from, to] = [0, frames.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((frames[middle]?.seq ?? Infinity) <= seq) from = middle + 1;
    else to = middle;
  }
  return from;
}
