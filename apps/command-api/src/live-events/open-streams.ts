import type { LiveStream } from './live-stream.js';

/** Whether what a stream was opened with still opens one of the same kinds. Asked twice a second; never throws. */
export type StillGood = () => boolean | Promise<boolean>;

export interface OpenStreamsOptions {
  /** A reader that takes nothing for so long while more is waiting is cut off. */
  readonly stalledMs: number;
  readonly commentEveryMs: number;
}

/** Often enough that a stream ends within 2 s once its credential has. */
const LOOK_EVERY_MS = 500;

/** The open streams, and the one timer that looks after all of them while there are any. */
export class OpenStreams {
  readonly #streams = new Map<LiveStream, StillGood>();
  readonly #inQuestion = new WeakSet<LiveStream>();
  #looking: NodeJS.Timeout | null = null;

  constructor(private readonly options: OpenStreamsOptions) {}

  get count(): number {
    return this.#streams.size;
  }

  add(stream: LiveStream, isStillGood: StillGood): void {
    this.#streams.set(stream, isStillGood);
    this.#looking ??= setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  /** Of a stream that has ended. */
  remove(stream: LiveStream): void {
    this.#streams.delete(stream);
    if (this.#streams.size > 0 || this.#looking === null) return;
    clearInterval(this.#looking);
    this.#looking = null;
  }

  all(): readonly LiveStream[] {
    return [...this.#streams.keys()];
  }

  #look(): void {
    const now = performance.now();
    const { stalledMs, commentEveryMs } = this.options;
    for (const [stream, isStillGood] of [...this.#streams]) {
      if (stream.fullForMs(now) > stalledMs) stream.end('slow');
      stream.comment(now, commentEveryMs - LOOK_EVERY_MS);
      this.#endUnlessGood(stream, isStillGood);
    }
  }

  #endUnlessGood(stream: LiveStream, isStillGood: StillGood): void {
    if (this.#inQuestion.has(stream)) return;
    const good = isStillGood();
    if (good === true) return;
    if (good === false) return stream.end('credential');
    this.#inQuestion.add(stream);
    void good.then((isGood) => {
      this.#inQuestion.delete(stream);
      if (!isGood) stream.end('credential');
    });
  }
}
