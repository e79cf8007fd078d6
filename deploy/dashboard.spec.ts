import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { ProductMetrics } from '#libs/observability';
import { readComposeFile } from './testing/compose-file.js';

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly targets?: readonly { readonly expr: string }[];
}

const dashboard = JSON.parse(readFileSync('deploy/grafana/dashboards/keyledger.json', 'utf8')) as { panels: Panel[] };
const panels = dashboard.panels.filter(({ type }) => type !== 'row');

/** What Prometheus brings itself: its language, and the labels of every target. */
const LANGUAGE = ['sum', 'max', 'rate', 'deriv', 'histogram_quantile', 'by'];
const TARGET_LABELS = ['job', 'instance'];

/** Every metric and label that a process exposes once each of them was used. */
async function exposed(): Promise<{ readonly metrics: readonly string[]; readonly labels: readonly string[] }> {
  const metrics = new ProductMetrics();
  metrics.watchProjections(() => [{ name: 'api-keys', lagSeconds: 0, parkedStreams: 0, error: null }]);
  metrics.watchLog(() => 0);
  metrics.watchDirectory(() => ({ size: 0, stalenessSeconds: 0 }));
  metrics.watchAppendQueue(() => 0);
  metrics.watchJobQueue(() => ({ queued: 0, pending: 0, processing: 0, oldestSeconds: 0, waitingWorkers: 0 }));
  metrics.watchLiveEvents(() => 0);
  metrics.watchDeliveries(() => ({ pending: 0, inFlight: 0, oldestSeconds: 0, fanOutStopped: 0 }));
  metrics.watchPublisher(() => ({ lagSeconds: 0, backlog: 0, error: null }));
  metrics.deliveryAttempted(null);
  metrics.leased(0);
  metrics.attemptEnded('completed');
  metrics.liveStreamEnded('slow');
  metrics.answered('GET', '/healthz', 200, 0);
  metrics.verified('valid', 0);
  metrics.denied('unauthorized');
  const samples = [...(await metrics.expose()).text.matchAll(/^(\w+)(?:\{(.*)\})? /gm)];
  return {
    metrics: samples.map(([, name = '']) => name),
    labels: samples.flatMap(([, , labels = '']) => [...labels.matchAll(/(\w+)="/g)].map(([, label = '']) => label)),
  };
}

it.each(panels.map(({ title, targets = [] }) => [title, targets.map(({ expr }) => expr)] as const))(
  'asks for nothing that the product does not expose: %s',
  async (_, expressions) => {
    const { metrics, labels } = await exposed();
    const known = new Set([...metrics, ...labels, ...LANGUAGE, ...TARGET_LABELS]);
    expect(expressions.length).toBeGreaterThan(0);
    for (const expression of expressions) {
      const words = expression.replace(/"[^"]*"|\[[^\]]*\]/g, '').match(/[A-Za-z_]\w*/g) ?? [];
      expect({ expression, unknown: words.filter((word) => !known.has(word)) }).toEqual({ expression, unknown: [] });
      expect(words.some((word) => metrics.includes(word))).toBe(true);
    }
  },
);

it('shows every metric of the product', async () => {
  const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)).join('\n');
  const own = (await exposed()).metrics.filter((name) => name.startsWith('keyledger_'));
  const families = [...new Set(own.map((name) => name.replace(/_(bucket|sum|count)$/, '')))];
  expect(families.filter((name) => !expressions.includes(name))).toEqual([]);
});

it('is mounted where Grafana looks for it, over a Prometheus that asks the apps on their metrics port', () => {
  const { services } = readComposeFile('docker-compose.yml');
  const provider = readYaml<{ providers: { options: { path: string } }[] }>(
    'deploy/grafana/provisioning/dashboards/keyledger.yml',
  );
  const source = readYaml<{ datasources: { url: string }[] }>('deploy/grafana/provisioning/datasources/prometheus.yml');
  expect(services['grafana']?.volumes).toContain(
    `./deploy/grafana/dashboards:${provider.providers[0]?.options.path}:ro`,
  );
  expect(services).toHaveProperty([new URL(source.datasources[0]?.url ?? '').hostname]);

  const { scrape_configs: jobs } = readYaml<{
    scrape_configs: { dns_sd_configs: { names: string[]; port: number }[] }[];
  }>('deploy/prometheus.yml');
  const targets = jobs.flatMap(({ dns_sd_configs: configs }) => configs.map(({ names, port }) => [names[0], port]));
  const apps = Object.entries(services).filter(([, { build }]) => build !== undefined);
  expect(targets).toEqual(apps.map(([name, { environment }]) => [name, Number(environment?.['METRICS_PORT'])]));
});

function readYaml<T>(path: string): T {
  return parse(readFileSync(path, 'utf8')) as T;
}
