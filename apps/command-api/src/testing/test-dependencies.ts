import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';
import type { Caller } from '#libs/auth';
import { DEFAULT_SCOPE_CATALOGUE } from '#libs/domain';
import { BEGINNING } from '#libs/event-store';
import { OpaqueTokens } from '#libs/keyring';
import { ProductMetrics, SILENT } from '#libs/observability';
import type { ReadModelTables } from '#libs/read-models';
import type { CommandApiDependencies } from '../command-api-dependencies.js';
import type { ErrorCode } from '../http/error-codes.js';
import { RequestRefused } from '../http/request-refused.js';
import { callers } from './callers.js';

/** Bearer words that stand for callers, where a test is not about credentials. */
const CREDENTIALS: Readonly<Record<string, Caller>> = {
  'Bearer admin': callers.user('admin'),
  'Bearer member': callers.user('member'),
  'Bearer auditor': callers.user('auditor'),
  'Bearer other': callers.user('admin', 'org_b'),
  'Bearer manager': callers.key(['keys:manage']),
  'Bearer reader': callers.key(['audit:read']),
  'Bearer plain': callers.key([]),
  'Bearer platform': callers.platform,
};

/** A database in which nothing is ever found, for tests that are about something else. */
const nowhere = new Kysely<ReadModelTables>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (database) => new PostgresIntrospector(database),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});

/** And those that stand for what is wrong with a credential beyond that it is none. */
const REFUSALS: Readonly<Record<string, ErrorCode>> = {
  'Bearer ambiguous': 'ambiguous_credentials',
  'Bearer unprovisioned': 'user_not_provisioned',
};

/** Dependencies that need nothing outside the process; a test replaces those that it is about. */
export function testDependencies(replaced: Partial<CommandApiDependencies> = {}): CommandApiDependencies {
  return {
    settings: {
      trustedProxies: [],
      rateLimitRps: 0,
      authFailuresPerMinute: 0,
      positionWaitMs: 50,
      downloadLeastBytesPerMinute: 1,
    },
    logger: SILENT,
    metrics: new ProductMetrics({ processMetrics: false }),
    clock: () => Date.now(),
    tokens: new OpaqueTokens(Buffer.alloc(32, 1)),
    verifier: { verify: () => ({ code: 'not_found', key: null }) },
    lastUsed: { record: () => undefined, pending: () => null },
    database: nowhere,
    downloads: replaced.database ?? nowhere,
    catalogue: DEFAULT_SCOPE_CATALOGUE,
    denials: { record: () => undefined },
    exports: { begun: () => undefined, exported: () => undefined },
    readiness: () => Promise.resolve({ ready: true, dependencies: { database: 'ok' }, projections: [] }),
    documentationRoot: '.',
    authenticate: ({ authorization }) => {
      const caller = CREDENTIALS[authorization ?? ''];
      if (caller === undefined) throw new RequestRefused(REFUSALS[authorization ?? ''] ?? 'unauthorized');
      return caller;
    },
    holdsScope: (caller, scope) => caller.scopes.includes(scope),
    eventStore: { readStream: () => Promise.resolve([]) },
    head: () => Promise.resolve(BEGINNING),
    waitFor: () => Promise.resolve(true),
    webhookDeliveries: {
      list: () => Promise.resolve({ deliveries: [], next: null }),
      get: () => Promise.resolve(null),
      figures: () => Promise.resolve(new Map()),
      countEvents: () => Promise.resolve(0),
    },
    modules: [],
    ...replaced,
  };
}
