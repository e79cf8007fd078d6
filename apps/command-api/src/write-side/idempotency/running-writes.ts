import type { Logger } from '#libs/observability';
import { IdempotencyRefused } from './idempotency-refused.js';
import type { IdempotencyStore } from './idempotency-store.js';

export interface RunningWritesOptions {
  readonly store: Pick<IdempotencyStore, 'extend'>;
  readonly logger: Logger;
  /** Well below the time after which a mark runs out. */
  readonly extendEveryMs: number;
}

/** The record of one attempt. */
export interface RunningWrite {
  readonly orgId: string;
  readonly id: Buffer;
  readonly bodyHash: Buffer;
  readonly attempt: number;
}

/**
 * The writes that this process carries out now. Their marks are extended meanwhile, so that no other node takes one for
 * dead that only takes its time; on this one none is taken for dead, whatever has become of its mark.
 */
export class RunningWrites {
  /** Hashes of their bodies, by the record's id. */
  readonly #bodies = new Map<string, Buffer>();

  constructor(private readonly options: RunningWritesOptions) {}

  /** @throws IdempotencyRefused for what repeats one of them, or uses its key for something else */
  assertNone(id: Buffer, bodyHash: Buffer): void {
    const running = this.#bodies.get(id.toString('latin1'));
    if (running === undefined) return;
    throw new IdempotencyRefused(running.equals(bodyHash) ? 'idempotency_in_flight' : 'idempotency_key_reused');
  }

  /** @throws what `work` throws */
  async during<T>(write: RunningWrite, work: () => Promise<T>): Promise<T> {
    const id = write.id.toString('latin1');
    this.#bodies.set(id, write.bodyHash);
    const timer = setInterval(() => void this.#extend(write, timer), this.options.extendEveryMs);
    try {
      return await work();
    } finally {
      clearInterval(timer);
      if (this.#bodies.get(id) === write.bodyHash) this.#bodies.delete(id);
    }
  }

  async #extend({ orgId, id, attempt }: RunningWrite, timer: NodeJS.Timeout): Promise<void> {
    try {
      // Where somebody has taken over, the first of the two answers is sent by both.
      if (!(await this.options.store.extend(orgId, id, attempt))) clearInterval(timer);
    } catch (error) {
      this.options.logger.warn({ org_id: orgId, err: error }, 'the mark of a running write was not extended');
    }
  }
}
