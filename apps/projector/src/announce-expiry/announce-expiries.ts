import type pg from 'pg';
import { CommandRunner } from '#libs/commands';
import { EXPIRY_NOTICE_DAYS, toSeconds, type ExpiryNoticeDays } from '#libs/domain';
import { EventStoreUnavailable, type EventStore } from '#libs/event-store';
import { Backoff, pause } from '#libs/lifecycle';
import type { Logger } from '#libs/observability';
import { announceExpiry } from './announce-expiry.js';
import { dueNotices, forgetPast, noteTried, type DueNotice } from './due-notices.js';

export interface AnnounceExpiriesOptions {
  /** Of the projector role. */
  readonly pool: pg.Pool;
  readonly eventStore: EventStore;
  readonly logger: Logger;
  /** Unix milliseconds. */
  readonly clock: () => number;
  /** Between two looks, milliseconds, default 20 s; the first one is at once. */
  readonly everyMs?: number;
  /** Most moments in hand, default 100. */
  readonly batch?: number;
}

const EVERY_MS = 20_000;
/** Commands at once. */
const AT_ONCE = 8;

/**
 * Tells of every key that it expires, 7 days and 1 day ahead, until the signal fires. Several processes may do so at once:
 * the log has each moment once. What fails is a log line, and is tried again; one key whose stream cannot be folded holds
 * up no other.
 */
export async function announceExpiries(options: AnnounceExpiriesOptions, signal: AbortSignal): Promise<void> {
  const { eventStore: store, clock, logger, everyMs = EVERY_MS } = options;
  const runner = new CommandRunner({ store, clock, onAppended: () => undefined });
  const backoff = new Backoff({ firstMs: 1_000, longestMs: everyMs });
  while (!signal.aborted) {
    let pauseMs = everyMs;
    try {
      await announceDue(options, runner, signal);
      backoff.succeeded();
    } catch (error) {
      pauseMs = backoff.failed();
      logger.warn({ err: error, backoffMs: pauseMs }, 'expiring keys not announced');
    }
    await pause(pauseMs, signal);
  }
}

async function announceDue(options: AnnounceExpiriesOptions, runner: CommandRunner, signal: AbortSignal) {
  const { pool, clock, batch = 100 } = options;
  const nowSeconds = toSeconds(clock());
  for (const daysLeft of EXPIRY_NOTICE_DAYS) {
    for await (const page of pages(options, daysLeft, nowSeconds)) {
      const tried = await announceEach(page, options, runner, signal);
      if (tried.length > 0) await noteTried(pool, tried);
      if (signal.aborted) return;
    }
  }
  while (!signal.aborted && (await forgetPast(pool, nowSeconds, batch)) === batch);
}

async function* pages(
  { pool, batch = 100 }: AnnounceExpiriesOptions,
  daysLeft: ExpiryNoticeDays,
  nowSeconds: number,
): AsyncIterable<readonly DueNotice[]> {
  let after: DueNotice | null = null;
  for (;;) {
    const page: readonly DueNotice[] = await dueNotices(pool, daysLeft, nowSeconds, { limit: batch, after });
    if (page.length > 0) yield page;
    if (page.length < batch) return;
    after = page.at(-1) ?? null;
  }
}

/** @returns those that need not be tried again @throws EventStoreUnavailable */
async function announceEach(
  page: readonly DueNotice[],
  { logger }: AnnounceExpiriesOptions,
  runner: CommandRunner,
  signal: AbortSignal,
): Promise<readonly DueNotice[]> {
  const tried: DueNotice[] = [];
  for (let from = 0; from < page.length && !signal.aborted; from += AT_ONCE) {
    await Promise.all(
      page.slice(from, from + AT_ONCE).map(async (notice) => {
        try {
          if (await announceExpiry(runner, notice)) tried.push(notice);
        } catch (error) {
          if (error instanceof EventStoreUnavailable) throw error;
          const { keyId, daysLeft } = notice;
          logger.error({ err: error, key_id: keyId, days_left: daysLeft }, 'a key’s expiry could not be announced');
        }
      }),
    );
  }
  return tried;
}
