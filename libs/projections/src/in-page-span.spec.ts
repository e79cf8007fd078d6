import { toPosition, type LogPage } from '#libs/event-store';
import { SILENT, startTracing } from '#libs/observability';
import { parseSettings } from '#libs/settings';
import { OtlpCollector, type CollectedSpan } from '#libs/testing';
import { inPageSpan } from './in-page-span.js';
import { storedEvent } from './testing/stored-event.js';

const PROJECTION = { name: 'of-tests', version: 3 };

function pageOf(events: number): LogPage {
  return {
    events: Array.from({ length: events }, (_, index) => storedEvent(index + 1, 'org_a')),
    position: toPosition(BigInt(events)),
    caughtUp: true,
    askedAt: 0,
  };
}

async function spansOf(work: () => Promise<unknown>): Promise<readonly CollectedSpan[]> {
  const collector = await OtlpCollector.start();
  const settings = parseSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  const tracing = await startTracing(settings, { serviceName: 'test', logger: SILENT });
  await work().catch(() => undefined);
  await tracing.stop();
  await collector.stop();
  return collector.spans();
}

it('names the correlation ids of the first hundred events of a page', async () => {
  const page = pageOf(250);
  const [span] = await spansOf(() => inPageSpan(PROJECTION, page, () => Promise.resolve()));
  expect(span).toMatchObject({ name: 'project of-tests', status: 0 });
  expect(span?.attributes).toMatchObject({ 'keyledger.events': 250, 'keyledger.projection_version': 3 });
  expect(span?.events).toEqual(
    page.events.slice(0, 100).map((event) => ({
      'keyledger.event_type': event.type,
      'keyledger.correlation_id': event.metadata.correlation_id,
    })),
  );
});

it('makes no span of a sign of life, and an error of a page that fails', async () => {
  expect(await spansOf(() => inPageSpan(PROJECTION, pageOf(0), () => Promise.resolve()))).toEqual([]);
  const failed = await spansOf(() =>
    inPageSpan(PROJECTION, pageOf(1), () => Promise.reject(new TypeError('personal'))),
  );
  expect(failed).toMatchObject([{ status: 2, attributes: { 'error.type': 'TypeError' } }]);
});
