import type { ProjectionStatus } from '#libs/projections';
import type { Readiness, ReadinessProbe } from './readiness.js';

export interface ReadinessSources {
  /** What the process depends on, by name: each asks and throws where it gets no answer. Asked once a second at most. */
  readonly stores: Readonly<Record<string, () => Promise<unknown>>>;
  /** What is known at once, by name: whether it is in order. */
  readonly parts?: Readonly<Record<string, () => boolean>>;
  /** Of this process; one that has stopped makes it not ready, one that lags or has parked a stream does not. */
  readonly projections: () => readonly ProjectionStatus[];
  /** Whether everything that a start does is done. */
  readonly started: () => boolean;
}

/** So long one look at the stores serves every probe: the route is open to everybody and must not cost a query each. */
const REUSED_FOR_MS = 1_000;

type Dependencies = Readiness['dependencies'];

/** Asks everything that an answer rests on. */
export function probeReadiness({ stores, parts = {}, projections, started }: ReadinessSources): ReadinessProbe {
  let looked: Promise<Dependencies> | null = null;
  let lookedAt = -Infinity;
  const look = (): Promise<Dependencies> => {
    if (looked === null || performance.now() - lookedAt > REUSED_FOR_MS) {
      lookedAt = performance.now();
      looked = askAll(stores);
    }
    return looked;
  };
  return async () => {
    const found = await look();
    const known = Object.entries(parts).map(([name, inOrder]) => [name, inOrder() ? 'ok' : 'unavailable'] as const);
    const dependencies: Dependencies = { ...found, ...Object.fromEntries(known) };
    const statuses = projections();
    return {
      ready:
        started() &&
        Object.values(dependencies).every((state) => state === 'ok') &&
        statuses.every(({ state }) => state !== 'stopped'),
      dependencies,
      projections: statuses.map(({ name, version, state, lagSeconds, parkedStreams }) => ({
        ...{ name, version, state, lag_seconds: lagSeconds, parked_streams: parkedStreams },
      })),
    };
  };
}

async function askAll(stores: ReadinessSources['stores']): Promise<Dependencies> {
  const asked = Object.entries(stores).map(async ([name, ask]) => [name, await answers(ask)] as const);
  return Object.fromEntries(await Promise.all(asked));
}

async function answers(ask: () => Promise<unknown>): Promise<'ok' | 'unavailable'> {
  try {
    await ask();
    return 'ok';
  } catch {
    return 'unavailable';
  }
}
