import { setImmediate as nextTurn } from 'node:timers/promises';
import { parseSettings } from '#libs/settings';
import { OtlpCollector } from '#libs/testing';
import { SILENT } from '../logger.js';
import { inSpan } from './in-span.js';
import { startTracing } from './start-tracing.js';

let collector: OtlpCollector;
beforeEach(async () => {
  collector = await OtlpCollector.start();
});
afterEach(() => collector.stop());

async function traced(environment: Readonly<Record<string, string>>, work: () => Promise<unknown>): Promise<void> {
  const settings = parseSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/`, ...environment });
  const tracing = await startTracing(settings, { serviceName: 'test', logger: SILENT });
  await work();
  await tracing.stop();
}

it('sends what is left when it stops, with the headers and by the names that the settings say', async () => {
  const environment = {
    OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=a%20b, authorization=Bearer%20c=',
    OTEL_RESOURCE_ATTRIBUTES: 'service.name=from-attributes,deployment.environment.name=production',
  };
  await traced(environment, () => inSpan('one', {}, () => inSpan('two', {}, () => nextTurn())));
  const [received] = collector.received;
  expect(received).toMatchObject({
    path: '/v1/traces',
    headers: { 'content-type': 'application/json', 'x-tenant': 'a b', authorization: 'Bearer c=' },
  });
  expect(received?.body).toContain('deployment.environment.name');
  const [two, one] = collector.spans();
  expect(one).toMatchObject({ name: 'one', service: 'from-attributes', parentSpanId: '', status: 0 });
  expect(two).toMatchObject({ name: 'two', traceId: one?.traceId, parentSpanId: one?.spanId });
});

it('goes to the URL of traces alone where one is named, under the name of the service', async () => {
  const environment = {
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/own/path`,
    OTEL_SERVICE_NAME: 'named',
    OTEL_RESOURCE_ATTRIBUTES: 'service.name=from-attributes',
  };
  await traced(environment, () => inSpan('one', {}, () => nextTurn()));
  expect(collector.received.map(({ path }) => path)).toEqual(['/own/path']);
  expect(collector.spans()).toMatchObject([{ service: 'named' }]);
});

it('ends a span by the class or the code of what was thrown, and never by its message', async () => {
  const failing = (error: Error): Promise<unknown> =>
    inSpan('failing', { isAnswer: (thrown) => thrown instanceof RangeError }, () => Promise.reject(error));
  await traced({}, async () => {
    await expect(failing(new TypeError('personal'))).rejects.toThrow('personal');
    await expect(failing(Object.assign(new Error('personal'), { code: 'CODE' }))).rejects.toThrow('personal');
    await expect(failing(new RangeError('personal'))).rejects.toThrow('personal');
  });
  expect(collector.spans().map(({ status, attributes }) => [status, attributes['error.type']])).toEqual([
    [2, 'TypeError'],
    [2, 'CODE'],
    [0, 'RangeError'],
  ]);
  expect(collector.received[0]?.body).not.toContain('personal');
});

it.each([
  ['always_on', '0', 20],
  ['always_off', '1', 0],
  ['traceidratio', '0', 0],
  ['traceidratio', '1', 20],
  ['parentbased_always_on', '0', 20],
  ['parentbased_always_off', '1', 0],
  ['parentbased_traceidratio', '0', 0],
  ['parentbased_traceidratio', '1.0', 20],
])('keeps with the sampler %s and %s %i spans of 20', async (sampler, ratio, kept) => {
  await traced({ OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: ratio }, async () => {
    for (let made = 0; made < 20; made++) await inSpan('one', {}, () => nextTurn());
  });
  expect(collector.spans()).toHaveLength(kept);
});

it('makes nothing of spans before its start and after its stop', async () => {
  await inSpan('before', {}, () => nextTurn());
  await traced({}, () => inSpan('between', {}, () => nextTurn()));
  await inSpan('after', {}, () => nextTurn());
  expect(collector.spans().map(({ name }) => name)).toEqual(['between']);
});
