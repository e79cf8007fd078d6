import type { Logger } from '#libs/observability';
import { accessDenied } from '#libs/domain';
import type { Denial, DenialRecorder } from '../http/denial-recorder.js';
import { actorOf } from '../write-side/write-context.js';
import type { AuditTrail } from './audit-trail.js';
import { OrderedRetries } from './ordered-retries.js';

/** What one caller was refused within one minute beyond the entries of its own. */
interface Excess {
  readonly minute: number;
  entries: number;
  count: number;
  last: Denial | null;
}

const ENTRIES_PER_MINUTE = 10;
const MOST_CALLERS = 10_000;
const MINUTE_MS = 60_000;
const SUM_UP_EVERY_MS = 5_000;

/**
 * Makes denied attempts part of the audit log without letting them flood it: ten a minute for one caller are entries of
 * their own, the rest of that minute is one entry with its count. The refused request never waits for it.
 */
export class AuditedDenials implements DenialRecorder {
  readonly #minutes = new Map<string, Excess>();
  readonly #appends: OrderedRetries;
  readonly #timer: NodeJS.Timeout;

  constructor(
    private readonly trail: AuditTrail,
    private readonly clock: () => number,
    private readonly logger: Logger,
  ) {
    this.#appends = new OrderedRetries({ logger, mostWaiting: 5_000 });
    this.#timer = setInterval(() => this.#sumUp(this.#minute()), SUM_UP_EVERY_MS).unref();
  }

  record(denial: Denial): void {
    const caller = JSON.stringify([denial.caller.orgId, denial.caller.type, denial.caller.id]);
    const minute = this.#minute();
    if (this.#minutes.get(caller)?.minute !== minute) this.#begin(caller, minute);
    const excess = this.#minutes.get(caller);
    if (excess === undefined) return;
    if (excess.entries < ENTRIES_PER_MINUTE) {
      excess.entries++;
      this.#append(denial, 1);
    } else {
      excess.count++;
      excess.last = denial;
    }
  }

  /** Writes what was counted so far and waits for what is under way, at most `withinMs`. */
  async stop(withinMs: number): Promise<void> {
    clearInterval(this.#timer);
    this.#sumUp(Number.POSITIVE_INFINITY);
    await this.#appends.drain(withinMs);
  }

  #begin(caller: string, minute: number): void {
    const before = this.#minutes.get(caller);
    if (before !== undefined) this.#write(before);
    this.#minutes.delete(caller);
    if (this.#minutes.size >= MOST_CALLERS) {
      this.logger.warn(
        { callers: this.#minutes.size },
        'too many refused callers at once; some denied attempts are not recorded',
      );
      return;
    }
    this.#minutes.set(caller, { minute, entries: 0, count: 0, last: null });
  }

  #sumUp(currentMinute: number): void {
    for (const [caller, excess] of this.#minutes) {
      if (excess.minute >= currentMinute) continue;
      this.#write(excess);
      this.#minutes.delete(caller);
    }
  }

  #write({ last, count }: Excess): void {
    if (last !== null) this.#append(last, count);
  }

  #append(denial: Denial, count: number): void {
    const { caller, code, requiredScope, method, route, targetId, requestId, ip, userAgent } = denial;
    const event = accessDenied({ code, count, required_scope: requiredScope, method, route, target_id: targetId });
    const record = { orgId: caller.orgId, actor: actorOf(caller), requestId, ip, userAgent, event };
    this.#appends.add(caller.orgId, this.trail.attempts(record));
  }

  #minute(): number {
    return Math.floor(this.clock() / MINUTE_MS);
  }
}
