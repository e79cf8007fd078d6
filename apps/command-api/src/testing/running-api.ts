import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { EmbeddedIssuer, mintPlatformToken, platformTokenHash, PlatformTokens, type JwtVerifier } from '#libs/auth';
import type { FailPoint } from '#libs/commands';
import { DEFAULT_SCOPE_CATALOGUE } from '#libs/domain';
import { eventStoreMigrations, PostgresEventStore } from '#libs/event-store-postgres';
import { ProductMetrics, SILENT } from '#libs/observability';
import { migrate } from '#libs/postgres';
import { parseSettings, type Settings } from '#libs/settings';
import { createTestDatabase, eventually } from '#libs/testing';
import { expiryNoticeMigrations } from '../../../projector/src/announce-expiry/expiry-notice.migrations.js';
import { InProcessBus } from '#libs/messaging';
import { createProjector } from '../../../projector/src/create-projector.js';
import { createDispatcher } from '../../../webhook-dispatcher/src/create-dispatcher.js';
import { commandApiMigrations } from '../command-api-migrations.js';
import { startCommandApi, type CommandApi } from '../start-command-api.js';
import { DocumentedClient, type DocumentedAnswer } from './documented-client.js';

/** The people of two organizations, each by a token of the embedded issuer, and who is none of them. */
export interface Credentials {
  readonly admin: string;
  readonly member: string;
  readonly auditor: string;
  /** The admin of another organization. */
  readonly other: string;
  readonly platform: string;
}

export interface ApiAnswer extends Omit<DocumentedAnswer, 'body'> {
  /** The members of the JSON answer, `{}` where it has none. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Of an error, else null. */
  readonly code: string | null;
  /** The `field` of each of an error's `fields`. */
  readonly fields: readonly unknown[];
}

export interface RunningApiOptions {
  readonly settings?: Partial<Settings>;
  /** In place of the embedded issuer's. */
  readonly jwt?: JwtVerifier;
  /** Whether webhooks are delivered; by the log alone, for nothing is published. */
  readonly delivering?: boolean;
  /** Called at the steps of a write; an error from it is the end of the write there. */
  readonly failPoint?: FailPoint;
}

/**
 * The whole API as the standalone wires it, over a Postgres of its own: event store, projections, key directory and
 * authenticator are the real ones. Every answer is held against the OpenAPI document.
 */
export class RunningApi {
  private constructor(
    readonly url: string,
    readonly client: DocumentedClient,
    readonly issuer: EmbeddedIssuer,
    readonly eventStore: PostgresEventStore,
    readonly credentials: Credentials,
    /** The database's, whose owner sees everything. */
    readonly ownerUrl: string,
    /** Starts another node over the same stores, and gives its URL. */
    readonly anotherNode: () => Promise<string>,
    /** Leaves the read models as they are from here on. */
    readonly stopProjections: () => Promise<void>,
    /** Ends the API as a stop does, and leaves the stores to be looked at. */
    readonly stopApi: () => Promise<void>,
    /** Ends everything. */
    readonly stop: () => Promise<void>,
  ) {}

  static async start({
    settings = {},
    jwt,
    delivering = false,
    failPoint,
  }: RunningApiOptions = {}): Promise<RunningApi> {
    const directory = await mkdtemp(join(tmpdir(), 'keyledger-api-'));
    const database = await createTestDatabase();
    await migrate(database.url, [...eventStoreMigrations, ...commandApiMigrations, ...expiryNoticeMigrations]);
    const eventStore = await PostgresEventStore.open({ ownerUrl: database.url, logger: SILENT });
    const projector = createProjector({ ownerUrl: database.url, eventStore, logger: SILENT });
    projector.start();
    const issuer = await EmbeddedIssuer.open(directory);
    const platform = mintPlatformToken(randomBytes(32));
    const nodes: CommandApi[] = [];
    const keyring = { currentPepper: 1, peppers: new Map([[1, randomBytes(32)]]), positionKey: randomBytes(32) };
    const limits = { RATE_LIMIT_RPS: '0', AUTH_FAILURES_PER_MINUTE: '0' };
    // A process that a busy machine holds up for some seconds is no test of a store that is away.
    const own = parseSettings({ ...limits, PORT: '0', DIRECTORY_STALE_AFTER_MS: '60000' });
    const dispatcher = createDispatcher({
      ...{ ownerUrl: database.url, eventStore, keyring, bus: new InProcessBus(), logger: SILENT },
      metrics: new ProductMetrics({ processMetrics: false }),
      settings: { ...own, ...settings },
    });
    if (delivering) dispatcher.start();
    const start = async (): Promise<CommandApi> => {
      const node = await startCommandApi({
        settings: { ...own, ...settings },
        ownerUrl: database.url,
        eventStore,
        keyring,
        jwt: jwt ?? issuer.verifier(),
        platformTokens: new PlatformTokens([platformTokenHash(platform)]),
        catalogue: DEFAULT_SCOPE_CATALOGUE,
        logger: SILENT,
        metrics: new ProductMetrics({ processMetrics: false }),
        projections: () => projector.status(),
        documentationRoot: '.',
        failPoint,
      });
      nodes.push(node);
      return node;
    };
    const api = await start();
    const anotherNode = async (): Promise<string> => (await start()).url;
    let [apiStopped, projectionsStopped]: (Promise<void> | null)[] = [null, null];
    const stopApi = (): Promise<void> =>
      (apiStopped ??= Promise.all(nodes.map((node) => node.stop())).then(() => undefined));
    const stopProjections = (): Promise<void> => (projectionsStopped ??= projector.stop());
    const stop = async (): Promise<void> => {
      await stopApi();
      await Promise.all([stopProjections(), dispatcher.stop()]);
      await eventStore.close();
      await database.drop();
      await rm(directory, { recursive: true, force: true });
    };
    const person = (role: string, org = 'org_a'): Promise<string> =>
      issuer.sign({ org, user: `user_${role}`, role, name: 'Ada' });
    const credentials = {
      admin: await person('admin'),
      member: await person('member'),
      auditor: await person('auditor'),
      other: await person('admin', 'org_b'),
      platform,
    };
    const client = await DocumentedClient.at(api.url);
    const { url: ownerUrl } = database;
    const ends = [anotherNode, stopProjections, stopApi, stop] as const;
    return new RunningApi(api.url, client, issuer, eventStore, credentials, ownerUrl, ...ends);
  }

  /** One request as one caller; null: without a credential. @throws Error when the answer is not as documented */
  async call(
    credential: string | null,
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<ApiAnswer> {
    const own: Record<string, string> = credential === null ? {} : { authorization: `Bearer ${credential}` };
    const answer = await this.client.request(method, path, { body, headers: { ...own, ...headers } });
    const members = membersOf(answer.body);
    const detail = membersOf(members['detail']);
    const fields = Array.isArray(detail['fields']) ? detail['fields'].map((field) => membersOf(field)['field']) : [];
    return { ...answer, body: members, code: typeof detail['code'] === 'string' ? detail['code'] : null, fields };
  }

  /** A new key, made by the admin where nobody else is named. */
  async key(body: Readonly<Record<string, unknown>> = {}, credential = this.credentials.admin): Promise<TestKey> {
    const answer = await this.call(credential, 'POST', '/v1/api-keys', { name: 'A key', ...body });
    if (answer.status !== 201) throw new Error(`no key was made: ${answer.text}`);
    const position = answer.headers.get('x-log-position') ?? '';
    return { id: String(answer.body['id']), secret: String(answer.body['secret']), position };
  }

  /** A `GET` that waits until everything is readable that an earlier answer has written. */
  async getAfter(written: ApiAnswer, path: string, credential = this.credentials.admin): Promise<ApiAnswer> {
    const position = written.headers.get('x-log-position') ?? '';
    return eventually('what was written', async () => {
      const answer = await this.call(credential, 'GET', path, undefined, { 'x-min-log-position': position });
      // The server waits for some seconds alone, and a busy machine may take longer.
      return answer.code === 'read_model_behind' ? null : answer;
    });
  }
}

export interface TestKey {
  readonly id: string;
  readonly secret: string;
  /** Of its creation, for `X-Min-Log-Position`. */
  readonly position: string;
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}
