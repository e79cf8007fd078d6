import type { KeyUse } from '#libs/domain';
import type { Logger } from '#libs/observability';

export interface LastUsedRecorderOptions {
  /** Stores uses of one organization's keys; must not move one back. */
  readonly write: (orgId: string, uses: readonly KeyUse[]) => Promise<void>;
  readonly logger: Logger;
  /** Default 10,000 ms. */
  readonly flushEveryMs?: number;
  /** Most keys to remember between two writes, default 200,000; the uses of more are lost, which a log line says. */
  readonly capacity?: number;
}

/**
 * Twice the keys that the directory holds by default. Measured on Node 24 at 141 bytes a key: 28 MB, and with all of them
 * in one statement 49 MB while they are written, of the 64 MB that this may cost.
 */
const CAPACITY = 200_000;

interface Pending {
  readonly orgId: string;
  at: number;
}

/**
 * Remembers when keys were used and writes it down now and then: a use costs no write and no event. What could not be
 * written stays for the next time.
 */
export class LastUsedRecorder {
  readonly #pending = new Map<string, Pending>();
  #timer: NodeJS.Timeout | null = null;
  #flushing: Promise<void> | null = null;
  #lost = 0;

  constructor(private readonly options: LastUsedRecorderOptions) {}

  start(): void {
    this.#timer ??= setInterval(() => void this.flush(), this.options.flushEveryMs ?? 10_000).unref();
  }

  /** Writes what is there and ends; what cannot be written now is lost. */
  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    await this.#flushing;
    await this.flush();
  }

  record(orgId: string, keyId: string, atSeconds: number): void {
    const pending = this.#pending.get(keyId);
    if (pending !== undefined) pending.at = Math.max(pending.at, atSeconds);
    else if (this.#pending.size < (this.options.capacity ?? CAPACITY))
      this.#pending.set(keyId, { orgId, at: atSeconds });
    else this.#lost += 1;
  }

  /** The second of a use that is not written yet, for answers that show it; null: none. */
  pending(keyId: string): number | null {
    return this.#pending.get(keyId)?.at ?? null;
  }

  /** Writes all that is there, one call for each organization; one that fails does not keep the others. Never throws. */
  flush(): Promise<void> {
    this.#flushing ??= this.#write().finally(() => {
      this.#flushing = null;
    });
    return this.#flushing;
  }

  async #write(): Promise<void> {
    if (this.#lost > 0) this.options.logger.warn({ lost: this.#lost }, 'too many keys in use: last uses were lost');
    this.#lost = 0;
    let failed = 0;
    let cause: unknown;
    for (const [orgId, uses] of this.#byOrganization()) {
      try {
        await this.options.write(orgId, uses);
        this.#forget(uses);
      } catch (error) {
        failed += uses.length;
        cause = error;
      }
    }
    if (failed === 0) return;
    const error = cause instanceof Error ? cause.message : String(cause);
    this.options.logger.warn({ keys: failed, error }, 'last uses could not be written and are kept');
  }

  #byOrganization(): Map<string, KeyUse[]> {
    const organizations = new Map<string, KeyUse[]>();
    for (const [keyId, { orgId, at }] of this.#pending) {
      const uses = organizations.get(orgId) ?? [];
      uses.push({ keyId, at });
      organizations.set(orgId, uses);
    }
    return organizations;
  }

  /** A key that was used again meanwhile stays. */
  #forget(uses: readonly KeyUse[]): void {
    for (const { keyId, at } of uses) {
      if (this.#pending.get(keyId)?.at === at) this.#pending.delete(keyId);
    }
  }
}
