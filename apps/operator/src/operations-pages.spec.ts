import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ProductMetrics } from '#libs/observability';
import { SETTINGS } from '#libs/settings';

const FOLDER = 'docs/operations';
const pages = ['docs/operations.md', ...readdirSync(FOLDER).map((name) => join(FOLDER, name))].map((path) => ({
  path,
  text: readFileSync(path, 'utf8'),
}));
const everything = pages.map(({ text }) => text).join('\n');
const named = (pattern: RegExp): readonly string[] =>
  [...new Set([...everything.matchAll(pattern)].map(([, name = '']) => name))].sort();

/** Of the operator's commands and of Node itself; the tests' are documented elsewhere. */
const NO_SETTINGS_OF_A_PROCESS = ['KEYLEDGER_URL', 'PLATFORM_TOKEN', 'NODE_OPTIONS'];

it('names commands that there are', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  const commands = named(/npm run (?:-s )?([a-z][a-z:-]*)/g);
  expect(commands).toEqual(
    expect.arrayContaining(['backup', 'restore', 'drop-read-models', 'projections', 'webhooks']),
  );
  expect(commands.filter((name) => !(name in scripts))).toEqual([]);
  for (const name of commands) {
    const [script = ''] = /scripts\/\S+\.mjs/.exec(scripts[name] ?? '') ?? [];
    expect([name, existsSync(script)]).toEqual([name, true]);
  }
});

it('names settings that there are', () => {
  const settings = named(/\b([A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+)\b/g);
  expect(settings).toEqual(expect.arrayContaining(['DATA_DIR', 'EVENT_STORE_URL', 'KEYRING_FILE']));
  const known = [...Object.values(SETTINGS).map(({ name }) => name), ...NO_SETTINGS_OF_A_PROCESS];
  expect(settings.filter((name) => !known.includes(name))).toEqual([]);
});

it('names metrics that there are, and every metric of the product', async () => {
  const metrics = new ProductMetrics();
  metrics.watchProjections(() => []);
  metrics.watchLog(() => 0);
  metrics.watchDirectory(() => ({ size: 0, stalenessSeconds: 0 }));
  metrics.watchAppendQueue(() => 0);
  metrics.watchJobQueue(() => ({ queued: 0, pending: 0, processing: 0, oldestSeconds: 0, waitingWorkers: 0 }));
  metrics.watchLiveEvents(() => 0);
  metrics.watchDeliveries(() => ({ pending: 0, inFlight: 0, oldestSeconds: 0, fanOutStopped: 0 }));
  metrics.watchPublisher(() => null);
  const { text } = await metrics.expose();
  const exposed = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name);
  const shown = named(/\b((?:keyledger|nodejs|process)_[a-z0-9_]+)/g);
  expect(shown.filter((name) => !exposed.includes(name))).toEqual([]);
  expect(exposed.filter((name) => name.startsWith('keyledger_') && !shown.includes(name))).toEqual([]);
});

it('links to pages and headings that there are', () => {
  const broken = pages.flatMap(({ path, text }) =>
    [...text.matchAll(/\]\((?!https:)([^)#]*)(?:#([^)]*))?\)/g)]
      .filter(([, target = '', heading]) => {
        const file = target === '' ? path : join(dirname(path), target);
        return !existsSync(file) || (heading !== undefined && !headingsOf(file).includes(heading));
      })
      .map(([link]) => `${path}: ${link}`),
  );
  expect(broken).toEqual([]);
});

/** As GitHub makes anchors of them. */
function headingsOf(file: string): readonly string[] {
  return [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^a-z0-9 _-]/g, '')
      .replaceAll(' ', '-'),
  );
}
