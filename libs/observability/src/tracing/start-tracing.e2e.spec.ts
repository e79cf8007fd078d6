import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Starts and stops tracing in a fresh process, and says which packages of OpenTelemetry that has loaded. */
const PROGRAM = `
  import { createRequire } from 'node:module';
  import { startTracing, SILENT } from '#libs/observability';
  import { parseSettings } from '#libs/settings';
  const tracing = await startTracing(parseSettings(process.env), { serviceName: 'test', logger: SILENT });
  await tracing.stop();
  const files = Object.keys(createRequire(import.meta.url).cache);
  const names = files.map((file) => /@opentelemetry.([^/\\\\]+)/.exec(file)?.[1]).filter((name) => name !== undefined);
  process.stdout.write(JSON.stringify([...new Set(names)]));
`;

async function loadedWith(environment: Readonly<Record<string, string>>): Promise<unknown> {
  const { PATH = '' } = process.env;
  const args = ['--input-type=module', '--eval', PROGRAM];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: { PATH, ...environment } });
  return JSON.parse(stdout);
}

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' };

it.each([
  ['nothing is set', {}],
  ['it is disabled', { ...ENDPOINT, OTEL_SDK_DISABLED: 'true' }],
  ['traces go nowhere', { ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none' }],
])('loads nothing but the interface where %s', async (_, environment) => {
  expect(await loadedWith(environment)).toEqual(['api']);
});

it('loads the SDK and its exporter where a collector is named', async () => {
  const loaded = await loadedWith(ENDPOINT);
  expect(loaded).toEqual(expect.arrayContaining(['api', 'sdk-trace-node', 'exporter-trace-otlp-http']));
});
