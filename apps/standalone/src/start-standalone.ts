import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedIssuer, mintPlatformToken, PlatformTokens, platformTokenHash } from '#libs/auth';
import { EmbeddedPostgres } from '#libs/embedded-postgres';
import { eventStoreMigrations, PostgresEventStore } from '#libs/event-store-postgres';
import { readKeyring, readOrMakeKeyring } from '#libs/keyring';
import { createLogger, ProductMetrics } from '#libs/observability';
import { migrate } from '#libs/postgres';
import { postgresEventStoreUrl, type Settings } from '#libs/settings';
import { commandApiMigrations } from '../../command-api/src/command-api-migrations.js';
import { oidcVerifier } from '../../command-api/src/oidc-verifier.js';
import { readScopeCatalogue } from '../../command-api/src/read-scope-catalogue.js';
import { startCommandApi } from '../../command-api/src/start-command-api.js';
import type { FailPoint } from '../../command-api/src/write-side/fail-point.js';
import { createProjector } from '../../projector/src/create-projector.js';
import { Closing } from './closing.js';
import { lockDataDirectory } from './data-directory-lock.js';
import { readOrMakeLastingSession, writeSession, type LastingSession } from './session-file.js';

export interface StandaloneOptions {
  readonly settings: Settings;
  /** The folder with `README.md` and `docs`. */
  readonly documentationRoot: string;
  /** For a test build, see `WriteStep`. */
  readonly failPoint?: FailPoint;
}

export interface Standalone {
  readonly url: string;
  /** Finishes what is in hand, then ends the API, the projections and Postgres, in this order. */
  stop(): Promise<void>;
}

/** Whom the session's admin token names, and for how long. */
const SESSION_ADMIN = { user: 'user_admin', role: 'admin', name: 'Admin', expiresInSeconds: 12 * 3_600 } as const;

/** The embedded default: every app and its Postgres in one process, with everything it keeps in one data directory. */
export async function startStandalone({
  settings,
  documentationRoot,
  failPoint,
}: StandaloneOptions): Promise<Standalone> {
  const logger = createLogger({ level: settings.logLevel });
  // Whatever the operator has to put right is said before anything is made or started.
  const oidc = settings.devIssuer ? null : oidcVerifier(settings, logger);
  const catalogue = await readScopeCatalogue(settings.scopesFile);
  const separateStore = postgresEventStoreUrl(settings);
  const closing = new Closing(logger);
  try {
    const { dataDir } = settings;
    await mkdir(dataDir, { recursive: true });
    const lock = await lockDataDirectory(dataDir);
    closing.add('data directory lock', async () => void lock.close());

    const ownerUrl = settings.databaseUrl ?? (await ownPostgres());
    const storeUrl = separateStore ?? ownerUrl;
    await migrate(storeUrl, eventStoreMigrations);
    await migrate(ownerUrl, commandApiMigrations);
    const eventStore = await PostgresEventStore.open({ ownerUrl: storeUrl, logger });
    closing.add('event store', () => eventStore.close());
    const projector = createProjector({ ownerUrl, eventStore, logger });
    closing.add('projector', () => projector.stop());
    projector.start();

    const keyringFile = settings.keyringFile ?? join(dataDir, 'keyring.json');
    const keyring =
      settings.keyringFile === null ? await readOrMakeKeyring(keyringFile) : await readKeyring(keyringFile);
    const { jwt, issuer, session } = oidc === null ? await openIdentity(dataDir) : { ...NO_IDENTITY, jwt: oidc };
    const metrics = new ProductMetrics();
    metrics.watchLog(() => Number(eventStore.figures().head));
    metrics.watchAppendQueue(() => eventStore.figures().waitingAppends);
    metrics.watchProjections(() => new Map(projector.status().map(({ name, lagSeconds }) => [name, lagSeconds])));
    const api = await startCommandApi({
      settings,
      ownerUrl,
      eventStore,
      keyring,
      jwt,
      platformTokens: platformTokensOf(settings, session),
      catalogue,
      logger,
      metrics,
      projections: () => projector.status(),
      documentationRoot,
      failPoint,
      announce: async (url) => {
        if (issuer === null || session === null) return;
        const admin_token = await issuer.sign({ ...SESSION_ADMIN, org: session.org_id, orgSlug: session.org_slug });
        await writeSession(dataDir, {
          ...session,
          url,
          console_url: `${url}/${session.org_slug}/developers`,
          admin_token,
        });
      },
    });
    closing.add('API', () => api.stop());
    return { url: api.url, stop: () => closing.run() };
  } catch (error) {
    await closing.run();
    throw error;
  }

  async function ownPostgres(): Promise<string> {
    const onNotice = (notice: string): void => logger.warn({ notice }, 'the embedded postgres');
    const server = await EmbeddedPostgres.start({ directory: join(settings.dataDir, 'postgres'), onNotice });
    closing.add('postgres', () => server.stop());
    return server.database('keyledger');
  }
}

const NO_IDENTITY = { issuer: null, session: null };

/** Who may sign in to the embedded default, the same over restarts. */
async function openIdentity(dataDir: string) {
  const issuer = await EmbeddedIssuer.open(dataDir);
  const session = await readOrMakeLastingSession(dataDir, () => mintPlatformToken(randomBytes(32)));
  return { jwt: issuer.verifier(), issuer, session };
}

/** Those that the operator configured, and the one that the embedded default shows. */
function platformTokensOf({ platformTokenSha256 }: Settings, session: LastingSession | null): PlatformTokens {
  const own = session === null ? [] : [platformTokenHash(session.platform_token)];
  return new PlatformTokens([...platformTokenSha256, ...own]);
}
