import { Backoff, pause } from '#libs/lifecycle';
import type { Logger } from '#libs/observability';
import { SchemaCheckUnavailable } from './schema-check-unavailable.js';
import { SchemaThread, ThreadLost } from './schema-thread.js';
import type { SchemaReply, SchemaRequest } from './worker/messages.js';

/** A request that used up what it may use; `what` ends a sentence that says so. */
export interface Exceeded {
  readonly kind: 'exceeded';
  readonly what: string;
}

/** A thread whenever one is needed: made at the first request, and anew after one that had to be ended. */
export class KeptThread {
  #thread: Promise<SchemaThread> | null = null;
  readonly #backoff = new Backoff({ firstMs: 100, longestMs: 5_000 });
  #pauseMs = 0;
  readonly #stopping = new AbortController();

  constructor(private readonly logger: Logger) {}

  /** One request at a time, `limitMs` of processor time for it. @throws SchemaCheckUnavailable */
  async ask(request: SchemaRequest, limitMs: number): Promise<SchemaReply | Exceeded> {
    try {
      if (this.#stopping.signal.aborted) throw new ThreadLost('the check of schemas has stopped');
      const thread = await (this.#thread ??= this.#start());
      const reply = await thread.run(request, limitMs);
      if (reply !== 'too_slow') return reply;
      await this.#end();
      this.logger.warn({ schema: request.key, limit_ms: limitMs }, 'a schema took too long, its thread was ended');
      return { kind: 'exceeded', what: `longer than ${limitMs} ms` };
    } catch (error) {
      if (!(error instanceof ThreadLost)) throw error;
      await this.#end();
      if (!this.#stopping.signal.aborted)
        this.logger.warn(
          { schema: request.key, err: error, pause_ms: this.#pauseMs },
          'the thread for schemas was lost',
        );
      if (error.isOutOfMemory) return { kind: 'exceeded', what: 'too much memory' };
      throw new SchemaCheckUnavailable('there is no thread to check schemas with', { cause: error });
    }
  }

  /** Ends the thread, whatever it is at, and makes no new one. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#end();
  }

  async #end(): Promise<void> {
    const thread = this.#thread;
    this.#thread = null;
    await thread?.then(
      (started) => started.end(),
      () => undefined,
    );
  }

  /** @throws ThreadLost */
  async #start(): Promise<SchemaThread> {
    await pause(this.#pauseMs, this.#stopping.signal);
    if (this.#stopping.signal.aborted) throw new ThreadLost('the check of schemas has stopped');
    // Unless it starts, the next one waits.
    this.#pauseMs = this.#backoff.failed();
    const thread = await SchemaThread.start();
    this.#backoff.succeeded();
    this.#pauseMs = 0;
    return thread;
  }
}
