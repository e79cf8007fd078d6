import { Kysely, PostgresDialect } from 'kysely';
import type { Position } from '#libs/event-store';
import type { OpaqueTokens } from '#libs/keyring';
import { ChannelWatch } from '#libs/listening';
import type { Logger, ProductMetrics } from '#libs/observability';
import { createPool, roleUrl } from '#libs/postgres';
import { EVERYBODY, NEWS_CHANNEL, newestLogEvent, readLogPage, type ReadModelTables } from '#libs/read-models';
import { RequestRefused } from '../http/request-refused.js';
import { FewAtOnce } from './few-at-once.js';
import { LiveEvents } from './live-events.js';
import type { LiveEventsLimits } from './live-events-limits.js';
import { NextRun } from './next-run.js';

export interface LiveEventsDependencies {
  /** The owner's; everything here connects as the api role. */
  readonly ownerUrl: string;
  readonly tokens: OpaqueTokens;
  readonly logger: Logger;
  readonly metrics: Pick<ProductMetrics, 'watchLiveEvents' | 'liveStreamEnded'>;
  /** The end of the log. @throws EventStoreUnavailable */
  readonly head: () => Promise<Position>;
  /** Whether the audit log and what shows the objects have reached the position in time. @throws DatabaseUnavailable */
  readonly waitFor: (position: Position) => Promise<boolean>;
  readonly limits?: Partial<LiveEventsLimits>;
}

export interface StartedLiveEvents {
  readonly events: LiveEvents;
  /** Ends every stream at once, before the server waits for its answers to end, which these would not by themselves. */
  stop(): void;
  /** Lets go of the database, once no request is in hand any more. */
  close(): Promise<void>;
}

/** Of its own, so that a thousand readers that come back at once take none from other requests. */
const CONNECTIONS = 4;
const PAGE = { events: 200, bytes: 1_048_576 };

/** Live events over the audit log's rows, which hold every event under its organization's number. */
export function startLiveEvents(dependencies: LiveEventsDependencies): StartedLiveEvents {
  const { ownerUrl, tokens, logger, metrics, head, waitFor, limits = {} } = dependencies;
  const onIdleError = (error: Error): void => logger.warn({ err: error }, 'an idle database connection was lost');
  const pool = createPool({ ownerUrl, role: 'api', max: CONNECTIONS, onIdleError });
  const database = new Kysely<ReadModelTables>({ dialect: new PostgresDialect({ pool }) });
  const reads = new FewAtOnce(CONNECTIONS);
  const news = new ChannelWatch({
    url: roleUrl(ownerUrl, 'api'),
    applicationName: 'keyledger news',
    channels: [NEWS_CHANNEL],
    logger,
    onNotice: (_, payload) => events.heard(payload),
    onDoubt: () => events.heard(EVERYBODY),
  });
  const now = new NextRun(async () => {
    if (!(await waitFor(await head()))) throw new RequestRefused('read_model_behind');
  });
  const events: LiveEvents = new LiveEvents({
    ...{ tokens, logger, news, limits, random: Math.random },
    logOf: (orgId) => ({
      orgId,
      read: (afterSeq) => reads.run(() => readLogPage(database, orgId, afterSeq, PAGE)),
      newest: () => reads.run(() => newestLogEvent(database, orgId)),
    }),
    untilNow: () => now.ask(),
    onEnd: (reason) => metrics.liveStreamEnded(reason),
  });
  metrics.watchLiveEvents(() => events.open);
  const close = async (): Promise<void> => {
    await Promise.all([news.turnOff(), pool.end()]);
  };
  return { events, stop: () => events.stop(), close };
}
