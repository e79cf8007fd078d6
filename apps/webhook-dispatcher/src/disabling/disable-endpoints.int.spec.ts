import type pg from 'pg';
import { CommandRunner } from '#libs/commands';
import { webhookStream } from '#libs/domain';
import { SILENT } from '#libs/observability';
import { createPool } from '#libs/postgres';
import { eventually } from '#libs/testing';
import { DeliverySystem, ORG } from '../testing/delivery-system.js';
import { disableEndpoints, type DisableEndpointsOptions } from './disable-endpoints.js';

let system: DeliverySystem;
let pool: pg.Pool;
let stopping: AbortController;
let disabling: Promise<void>;
let lines: { readonly webhook: unknown; readonly message: string }[];

beforeEach(async () => {
  system = await DeliverySystem.create();
  pool = createPool({ ownerUrl: system.url, role: 'projector', max: 2, onIdleError: () => undefined });
  [stopping, disabling, lines] = [new AbortController(), Promise.resolve(), []];
});
afterEach(async () => {
  stopping.abort();
  await disabling;
  await pool.end();
  await system.drop();
});

/** An endpoint that is to be disabled, whatever the log has of it. */
async function judged(webhookId: string): Promise<string> {
  await pool.query(
    `insert into webhooks.endpoints (webhook_id, org_id, status, status_revision, url, secrets, secrets_revision, disable_reason)
     values ($1, $2, 'active', 0, 'https://example.com/', '[]', 0, 'gone')`,
    [webhookId, ORG],
  );
  return webhookId;
}

/** @param broken the one whose command fails in a way that no decider speaks of */
function disable(broken: string): void {
  const runner = new CommandRunner({ store: system.store, clock: Date.now, onAppended: () => undefined });
  const run: CommandRunner['run'] = (command) =>
    command.stream === webhookStream(broken) ? Promise.reject(new Error('cannot be folded')) : runner.run(command);
  const note = (fields: object, message: string): void =>
    void lines.push({ webhook: 'webhook' in fields ? fields.webhook : null, message });
  const logger: DisableEndpointsOptions['logger'] = {
    ...SILENT,
    ...{ info: note, warn: note },
  };
  // One at a look: whatever came first each time would be all that is ever looked at.
  disabling = disableEndpoints({ pool, runner: { run }, logger, everyMs: 20, batch: 1 }, stopping.signal);
}

it('disables the others where one fails and another is not there, and says so of both', async () => {
  const broken = await judged('whk_00000000000000000000');
  const unknown = await judged('whk_00000000000000000001');
  const id = await judged((await system.endpoint('https://example.com/')).id);
  disable(broken);
  await eventually('the event', async () => {
    const events = await system.store.readStream(webhookStream(id), { from: 0, limit: 10 });
    return events.find(({ type }) => type === 'webhook.disabled') ?? null;
  });
  await eventually('three lines', () => (lines.length < 3 ? null : true));
  expect(lines.slice(0, 3)).toEqual([
    { webhook: broken, message: 'an endpoint was not disabled' },
    { webhook: unknown, message: 'an endpoint that is to be disabled is not active' },
    { webhook: id, message: 'an endpoint was disabled' },
  ]);
});
