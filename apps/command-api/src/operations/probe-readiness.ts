import type pg from 'pg';
import type { KeyDirectory } from '#libs/auth';
import type { EventStore } from '#libs/event-store';
import type { ProjectionStatus } from '#libs/projections';
import type { Settings } from '#libs/settings';
import type { ReadinessProbe } from './readiness.js';

export interface ReadinessSources {
  readonly pool: pg.Pool;
  readonly eventStore: EventStore;
  readonly directory: KeyDirectory;
  readonly projections: () => readonly ProjectionStatus[];
  /** Whether everything that a start does is done. */
  readonly announced: () => boolean;
  readonly settings: Pick<Settings, 'directoryStaleAfterMs'>;
}

/** So long one look at the stores serves every probe: the route is open to everybody and must not cost a query each. */
const REUSED_FOR_MS = 1_000;

/** Asks everything that an answer rests on. A projection that has stopped makes the process not ready; one that lags does not. */
export function probeReadiness({
  pool,
  eventStore,
  directory,
  projections,
  announced,
  settings,
}: ReadinessSources): ReadinessProbe {
  let looked: Promise<readonly ['ok' | 'unavailable', 'ok' | 'unavailable']> | null = null;
  let lookedAt = -Infinity;
  const look = () => {
    if (looked === null || performance.now() - lookedAt > REUSED_FOR_MS) {
      lookedAt = performance.now();
      looked = Promise.all([answers(() => pool.query('select 1')), answers(() => eventStore.head())]);
    }
    return looked;
  };
  return async () => {
    const [database, event_store] = await look();
    const key_directory = directory.metrics().stalenessMs <= settings.directoryStaleAfterMs ? 'ok' : 'unavailable';
    const dependencies = { database, event_store, key_directory } as const;
    const statuses = projections();
    return {
      ready:
        announced() &&
        Object.values(dependencies).every((state) => state === 'ok') &&
        statuses.every(({ state }) => state !== 'stopped'),
      dependencies,
      projections: statuses.map(({ name, version, state, lagSeconds }) => ({
        name,
        version,
        state,
        lag_seconds: lagSeconds,
      })),
    };
  };
}

async function answers(question: () => Promise<unknown>): Promise<'ok' | 'unavailable'> {
  try {
    await question();
    return 'ok';
  } catch {
    return 'unavailable';
  }
}
