import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseSettings } from './parse-settings.js';
import { SettingsInvalid } from './settings-invalid.js';
import { SETTINGS } from './settings.js';
import { environmentExample } from './environment-example.js';
import { settingsTable } from './settings-table.js';

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    parseSettings(environment);
  } catch (error) {
    if (error instanceof SettingsInvalid) return error.problems;
    throw error;
  }
  return [];
}

it('means every default where nothing is set, and by an empty variable', () => {
  const defaults = Object.fromEntries(Object.entries(SETTINGS).map(([key, setting]) => [key, setting.default]));
  expect(parseSettings({})).toEqual(defaults);
  expect(parseSettings({ PORT: '', METRICS_PORT: ' ' })).toEqual(defaults);
});

it('reads what is set', () => {
  const hash = 'AB'.repeat(32);
  expect(
    parseSettings({
      PORT: '0',
      DEV_ISSUER: 'true',
      METRICS_PORT: '9100',
      TRUSTED_PROXIES: '10.0.0.0/8, ::1',
      PLATFORM_TOKEN_SHA256: hash,
      EVENT_STORE_URL: 'esdb://admin:secret@one:2113,two:2113?tls=false',
      OIDC_CLAIM_ROLE: 'role',
      WEBHOOK_PORTS: '8443, 9443',
      WEBHOOK_ALLOWED_CIDRS: '127.0.0.0/8',
      NATS_URL: 'nats://user:secret@one:4222, nats://two:4222',
      OTEL_TRACES_SAMPLER_ARG: '.25',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic%20dTpw, x-empty=',
    }),
  ).toMatchObject({
    port: 0,
    devIssuer: true,
    metricsPort: 9100,
    trustedProxies: ['10.0.0.0/8', '::1'],
    platformTokenSha256: [hash.toLowerCase()],
    eventStoreUrl: 'esdb://admin:secret@one:2113,two:2113?tls=false',
    claimRole: 'role',
    webhookPorts: [8_443, 9_443],
    webhookAllowedCidrs: ['127.0.0.0/8'],
    natsUrl: 'nats://user:secret@one:4222,nats://two:4222',
    otelTracesSamplerArg: 0.25,
    otelHeaders: { authorization: 'Basic dTpw', 'x-empty': '' },
  });
});

it.each([
  ['PORT', '70000'],
  ['PORT', '-1'],
  ['PORT', '0x50'],
  ['RATE_LIMIT_RPS', '1.5'],
  ['DEV_ISSUER', 'yes'],
  ['DATABASE_URL', 'mysql://secret@host/db'],
  ['EVENT_STORE_URL', 'not a url'],
  ['EVENT_STORE_URL', 'mysql://secret@host/db'],
  ['TRUSTED_PROXIES', '10.0.0.0/33'],
  ['TRUSTED_PROXIES', '10.0.0.0/8,proxy'],
  ['PLATFORM_TOKEN_SHA256', 'plt_secret'],
  ['LOG_LEVEL', 'loud'],
  ['DIRECTORY_MAX_KEYS', '99999999'],
  ['WEBHOOK_PORTS', '0'],
  ['WEBHOOK_PORTS', '443,70000'],
  ['WEBHOOK_ALLOWED_CIDRS', 'everybody'],
  ['NATS_URL', 'http://secret@host:4222'],
  ['NATS_URL', 'nats://one:4222,'],
  ['OTEL_TRACES_SAMPLER_ARG', '1.01'],
  ['OTEL_TRACES_SAMPLER', 'now_and_then'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'grpc://secret@host:4317'],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'authorization: secret'],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'authorization=%zz'],
])('refuses %s=%s, naming the setting and not repeating the value', (name, value) => {
  const [problem = '', ...others] = problemsOf({ [name]: value });
  expect(problem).toMatch(new RegExp(`^${name} must be `));
  expect(problem).not.toContain(value);
  expect(others).toEqual([]);
});

it('reports all problems at once', () => {
  expect(problemsOf({ PORT: 'x', LOG_LEVEL: 'x', DEV_ISSUER: 'true', OIDC_ISSUER: 'https://idp' })).toHaveLength(4);
});

it.each([
  [{ DEV_ISSUER: 'true', OIDC_ISSUER: 'https://idp', OIDC_AUDIENCE: 'a' }, /DEV_ISSUER=true and OIDC_ISSUER/],
  [{ OIDC_ISSUER: 'https://idp' }, /OIDC_AUDIENCE must be set/],
  [{ OIDC_JWKS_URL: 'https://idp/keys' }, /OIDC_JWKS_URL means nothing/],
  [{ KEYRING: '{}', KEYRING_FILE: 'keyring.json' }, /KEYRING and KEYRING_FILE/],
])('refuses settings that contradict each other: %j', (environment, problem) => {
  expect(problemsOf(environment)).toEqual([expect.stringMatching(problem)]);
});

it('documents every setting: docs/settings.md is what the declarations say', async () => {
  expect(await readFile('docs/settings.md', 'utf8')).toBe(settingsTable());
});

it('shows every setting in an example: .env.example is what the declarations say', async () => {
  expect(await readFile('.env.example', 'utf8')).toBe(environmentExample());
});

it('means the defaults by that example as it is', async () => {
  const lines = (await readFile('.env.example', 'utf8')).split('\n').filter((line) => /^#[A-Z0-9_]+=/.test(line));
  expect(lines).toHaveLength(Object.keys(SETTINGS).length);
  const environment = Object.fromEntries(lines.map((line) => line.slice(1).split('=')) as [string, string][]);
  expect(parseSettings(environment)).toEqual(parseSettings({}));
});

describe.each([
  ['DATABASE_URL', 'databaseUrl', 'postgres://owner:secret@host/keyledger'],
  ['EVENT_STORE_URL', 'eventStoreUrl', 'postgres://owner:secret@host/keyledger'],
  ['NATS_URL', 'natsUrl', 'nats://user:secret@host:4222'],
] as const)('%s in a file', (name, key, url) => {
  let path: string;
  beforeEach(async () => {
    path = join(await mkdtemp(join(tmpdir(), 'keyledger-settings-')), 'url');
  });
  afterEach(() => rm(dirname(path), { recursive: true }));

  it('is what the file holds, without the line break at its end', async () => {
    await writeFile(path, `${url}\n`);
    const found = parseSettings({ [`${name}_FILE`]: path });
    expect(found).toEqual({ ...parseSettings({}), [key]: url, [`${key}File`]: path });
  });

  it('is refused where it is no such URL, without a word of it', async () => {
    await writeFile(path, 'mysql://secret');
    expect(problemsOf({ [`${name}_FILE`]: path })).toEqual([expect.stringMatching(`^${name} must be `)]);
  });

  it('is refused where the file is empty, rather than mean another store', async () => {
    await writeFile(path, ' \n');
    expect(problemsOf({ [`${name}_FILE`]: path })).toEqual([`${name}_FILE names a file with nothing in it.`]);
  });

  it('is refused where there is no such file', () => {
    const problem = `${name}_FILE names a file that cannot be read (ENOENT).`;
    expect(problemsOf({ [`${name}_FILE`]: path })).toEqual([problem]);
  });

  it('is refused beside the same in the environment', async () => {
    await writeFile(path, url);
    expect(problemsOf({ [name]: url, [`${name}_FILE`]: path })).toEqual([
      `${name} and ${name}_FILE exclude each other: remove one of them.`,
    ]);
  });
});
