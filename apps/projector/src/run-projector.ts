import { setTimeout as delay } from 'node:timers/promises';
import { isError } from '#libs/errors';
import { EventStoreUnavailable } from '#libs/event-store';
import { eventStoreMigrations, PostgresEventStore } from '#libs/event-store-postgres';
import { createLogger, type Logger } from '#libs/observability';
import { isOutage, migrate } from '#libs/postgres';
import { readModelMigrations } from '#libs/read-models';
import { parseSettings, postgresEventStoreUrl, SettingsInvalid } from '#libs/settings';
import { createProjector } from './create-projector.js';

const RETRY_MS = 1_000;

/**
 * The projector as a process of its own, from `DATABASE_URL` and `EVENT_STORE_URL`, until the signal fires. It waits for
 * databases that are not there yet, and applies the migrations of both.
 * @throws SettingsInvalid
 */
export async function runProjector(
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<void> {
  const settings = parseSettings(environment);
  const logger = createLogger({ level: settings.logLevel });
  const { databaseUrl } = settings;
  if (databaseUrl === null) throw new SettingsInvalid(['DATABASE_URL must be set for a projector of its own.']);
  const storeUrl = postgresEventStoreUrl(settings) ?? databaseUrl;
  const eventStore = await onceReachable(logger, signal, async () => {
    await migrate(storeUrl, eventStoreMigrations);
    await migrate(databaseUrl, readModelMigrations);
    return PostgresEventStore.open({ ownerUrl: storeUrl, logger });
  });
  if (eventStore === null) return;
  const projector = createProjector({ ownerUrl: databaseUrl, eventStore, logger });
  try {
    projector.start();
    await aborted(signal);
  } finally {
    await projector.stop();
    await eventStore.close();
  }
}

/** Null when the signal fired first. */
async function onceReachable<T>(logger: Logger, signal: AbortSignal, attempt: () => Promise<T>): Promise<T | null> {
  while (!signal.aborted) {
    try {
      return await attempt();
    } catch (error) {
      const cause = isError(error) && error.cause !== undefined ? error.cause : error;
      if (!(error instanceof EventStoreUnavailable) && !isOutage(error) && !isOutage(cause)) throw error;
      logger.warn({ err: error }, 'waiting for the databases');
      await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
  return null;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
