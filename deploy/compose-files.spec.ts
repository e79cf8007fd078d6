import { existsSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { parseSettings, SETTINGS } from '#libs/settings';
import { readComposeFile, type ComposeService } from './testing/compose-file.js';

const DEVELOPMENT = 'docker-compose.yml';
const PRODUCTION = 'docker-compose.production.yml';
const APPS = ['command-api', 'projector', 'webhook-dispatcher'];
const schema = JSON.parse(readFileSync('deploy/testing/compose.schema.json', 'utf8')) as object;
const documentation = readFileSync('docs/compose.md', 'utf8');

describe.each([DEVELOPMENT, PRODUCTION])('%s', (path) => {
  const file = readComposeFile(path);
  const services = Object.entries(file.services);
  const isHostPath = (volume: string): boolean => volume.startsWith('./');

  it('has the form of a compose file, with health check, restart policy and limits for every service', () => {
    const validate = new Ajv({ allErrors: true, strictTuples: false }).compile(schema);
    validate(file);
    expect(validate.errors ?? []).toEqual([]);
  });

  it('declares every secret, volume, network and service that a service uses, and no other', () => {
    const used = (names: (service: ComposeService) => readonly string[]): readonly string[] => [
      ...new Set(services.flatMap(([, service]) => names(service))),
    ];
    const volumes = used((service) => service.volumes ?? []).filter((volume) => !isHostPath(volume));
    expect([...new Set(volumes.map((volume) => volume.split(':')[0]))].sort()).toEqual(
      Object.keys(file.volumes).sort(),
    );
    expect([...used((service) => service.secrets ?? [])].sort()).toEqual(Object.keys(file.secrets).sort());
    expect([...used((service) => service.networks ?? [])].sort()).toEqual(Object.keys(file.networks ?? {}).sort());
    const needed = used((service) => Object.keys(service.depends_on ?? {}));
    expect(Object.keys(file.services)).toEqual(expect.arrayContaining([...needed]));
  });

  it.each(services)(
    'gives %s every secret that it reads',
    (_, { environment = {}, entrypoint = [], healthcheck, secrets }) => {
      const texts = [...Object.values(environment), ...entrypoint, ...(healthcheck?.test ?? [])];
      for (const secret of texts.flatMap(secretsIn)) expect(secrets).toContain(secret);
    },
  );

  it('mounts what is there', () => {
    const mounted = services.flatMap(([, { volumes = [] }]) => volumes.filter(isHostPath));
    for (const volume of mounted) expect([volume, existsSync(volume.split(':')[0] ?? '')]).toEqual([volume, true]);
  });

  it.each(APPS)('starts %s from what is built, with settings that there are and that fit each other', (app) => {
    const { command = [], environment = {} } = serviceOf(path, app);
    expect(command).toEqual([`dist/apps/${app}/src/main.js`]);
    expect(existsSync(`apps/${app}/src/main.ts`)).toBe(true);
    const known = Object.values(SETTINGS).map(({ name }): string => name);
    expect(Object.keys(environment).filter((name) => !known.includes(name))).toEqual([]);
    const settings = parseSettings(withoutEngine(environment));
    expect([settings.databaseUrlFile, settings.eventStoreUrlFile, settings.natsUrlFile]).toEqual([
      'deploy/development/database_url',
      'deploy/development/event_store_url',
      'deploy/development/nats_url',
    ]);
  });

  it.each(APPS)('asks %s on the port where it says how it stands', (app) => {
    const { environment = {}, healthcheck } = serviceOf(path, app);
    expect(healthcheck?.test.at(-1)).toContain(`http://127.0.0.1:${environment['METRICS_PORT']}/readyz`);
  });

  it('publishes on loopback alone, and each port is documented', () => {
    const published = services.flatMap(([name, { ports = [] }]) => ports.map((port) => ({ name, port })));
    expect(published.length).toBeGreaterThan(0);
    for (const { name, port } of published) {
      const [address, host] = port.split(':');
      expect(documentation).toMatch(new RegExp(`^\\| \`${name}\` +\\|.*${address}:${host}`, 'm'));
    }
    expect(published.filter(({ name }) => ['event-store', 'postgres', 'nats'].includes(name))).toEqual([]);
  });
});

it('runs the same in both forms but for who signs in, the secrets and TLS', () => {
  expect(serviceOf(DEVELOPMENT, 'command-api').environment).toMatchObject({ DEV_ISSUER: 'true' });
  const { environment = {}, networks } = serviceOf(PRODUCTION, 'command-api');
  expect(environment).not.toHaveProperty('DEV_ISSUER');
  // Without one of these it does not start, rather than start with nobody's issuer.
  for (const name of ['OIDC_ISSUER', 'OIDC_AUDIENCE']) expect(environment[name]).toMatch(/^\$\{OIDC_[A-Z]+:\?.+\}$/);
  expect(networks).toEqual(['stores', 'outside']);
  expect(readComposeFile(PRODUCTION).networks).toEqual({ stores: { internal: true }, outside: null });
  expect(serviceOf(PRODUCTION, 'webhook-dispatcher').networks).toEqual(['stores', 'outside']);
  for (const name of ['projector', 'event-store', 'postgres', 'nats'])
    expect(serviceOf(PRODUCTION, name).networks).toEqual(['stores']);
});

it('has no secret in the production form: each is a file that nobody commits', () => {
  const { services, secrets } = readComposeFile(PRODUCTION);
  for (const { file } of Object.values(secrets)) expect(file).toMatch(/^deploy\/secrets\//);
  const kept = Object.values(services).flatMap(({ environment = {} }) => Object.entries(environment));
  for (const [name, value] of kept) {
    if (/PASSWORD|SECRET|TOKEN|_URL|KEYRING|PRIVATE_KEY/.test(name)) {
      expect([name, value]).toEqual([name, expect.stringMatching(/^\/run\/secrets\/|^\$\{/)]);
    }
  }
  expect(readFileSync('.gitignore', 'utf8').split('\n')).toContain('deploy/secrets/');
});

function serviceOf(path: string, name: string): ComposeService {
  const { [name]: service } = readComposeFile(path).services;
  if (service === undefined) throw new Error(`${path} has no ${name}`);
  return service;
}

/** The settings as a container gets them, with the issuer that an operator would name and the secrets of development. */
function withoutEngine(environment: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const named: Readonly<Record<string, string>> = { OIDC_ISSUER: 'https://issuer.test', OIDC_AUDIENCE: 'keyledger' };
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      value.startsWith('${') ? (named[name] ?? '') : value.replace('/run/secrets/', 'deploy/development/'),
    ]),
  );
}

function secretsIn(text: string): readonly string[] {
  return [...text.matchAll(/\/run\/secrets\/([\w.]+)/g)].map(([, name = '']) => name);
}
