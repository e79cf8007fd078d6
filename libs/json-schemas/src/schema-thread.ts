import { Worker } from 'node:worker_threads';
import { codeOf } from '#libs/errors';
import type { SchemaReply, SchemaRequest, ThreadMessage } from './worker/messages.js';
import { within } from './within.js';
import { WORKER_FILE } from './worker-file.js';

/** The thread ended by itself, or was never there. */
export class ThreadLost extends Error {
  override readonly name = 'ThreadLost';
  /** What it was doing needed more memory than a schema may take. */
  get isOutOfMemory(): boolean {
    return codeOf(this.cause) === 'ERR_WORKER_OUT_OF_MEMORY';
  }
}

const START_MS = 10_000;
/** A machine so busy that a thread gets next to nothing of it says nothing of the schema. */
const MOST_WAITED_MS = 5_000;
const CPU_ANSWER_MS = 500;
const LEAST_WAIT_MS = 5;

/** @throws ThreadLost where the machine has no more of them */
function newThread(): Worker {
  try {
    return new Worker(WORKER_FILE, {
      name: 'json-schemas',
      // What runs in there is made of tenants' schemas, and needs nothing that we know.
      env: {},
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32 },
    });
  } catch (cause) {
    throw new ThreadLost('no thread for schemas can be made', { cause });
  }
}

/** One thread, asked one thing at a time. */
export class SchemaThread {
  #waiting: {
    readonly resolve: (message: ThreadMessage) => void;
    readonly reject: (error: ThreadLost) => void;
  } | null = null;
  #lost: ThreadLost | null = null;
  /** Processor time that it had used when it answered last. */
  #restedAtMs = 0;

  private constructor(private readonly worker: Worker) {
    worker.on('message', (message: ThreadMessage) => {
      this.#restedAtMs = message.cpuMs;
      this.#waiting?.resolve(message);
    });
    worker.on('error', (cause) => this.#fail(new ThreadLost('the thread for schemas failed', { cause })));
    worker.on('exit', () => this.#fail(new ThreadLost('the thread for schemas ended')));
  }

  /** @throws ThreadLost */
  static async start(): Promise<SchemaThread> {
    const thread = new SchemaThread(newThread());
    if ((await within(thread.#nextMessage(), START_MS)) !== null) return thread;
    await thread.end();
    throw new ThreadLost('the thread for schemas did not start in time');
  }

  /**
   * `too_slow` once it has used more processor time than that on this request; it goes on with it until it is ended. Time
   * on the clock would not do: a busy machine would refuse values that fit.
   * @throws ThreadLost
   */
  async run(request: SchemaRequest, limitMs: number): Promise<SchemaReply | 'too_slow'> {
    const restedAtMs = this.#restedAtMs;
    const startedAt = performance.now();
    const next = this.#nextMessage();
    this.worker.postMessage(request);
    for (let wait = limitMs; ;) {
      const message = await within(next, wait);
      if (message !== null) return replyIn(message);
      const spentMs = (await this.#cpuMs()) - restedAtMs;
      if (spentMs >= limitMs) return 'too_slow';
      if (performance.now() - startedAt > MOST_WAITED_MS) throw new ThreadLost('the thread for schemas got no time');
      wait = Math.max(LEAST_WAIT_MS, limitMs - spentMs);
    }
  }

  async end(): Promise<void> {
    await this.worker.terminate();
  }

  #nextMessage(): Promise<ThreadMessage> {
    return new Promise((resolve, reject) => {
      if (this.#lost !== null) return reject(this.#lost);
      this.#waiting = { resolve, reject };
    });
  }

  /** What it used until now; until it rested, where it does not say or is gone, of which `run` hears by itself. */
  async #cpuMs(): Promise<number> {
    try {
      const used = await within(this.worker.cpuUsage(), CPU_ANSWER_MS);
      return used === null ? this.#restedAtMs : (used.user + used.system) / 1_000;
    } catch {
      return this.#restedAtMs;
    }
  }

  #fail(error: ThreadLost): void {
    this.#lost ??= error;
    this.#waiting?.reject(this.#lost);
  }
}

function replyIn({ reply }: ThreadMessage): SchemaReply {
  if (reply === null) throw new ThreadLost('the thread for schemas began twice');
  return reply;
}
