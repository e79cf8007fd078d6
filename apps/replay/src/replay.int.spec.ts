import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BEGINNING } from '#libs/event-store';
import { eventually } from '#libs/testing';
import { RunningApi } from '../../command-api/src/testing/running-api.js';
import { replay } from './replay.js';

let api: RunningApi;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keyledger-replay-'));
  api = await RunningApi.start();
});
afterAll(async () => {
  await api.stop();
  await rm(directory, { recursive: true });
});

/** Keys in every state, some of which ends by the clock. */
async function liveALittle(): Promise<void> {
  const call = (method: string, path: string, body?: unknown) =>
    api.call(api.credentials.admin, method, `/v1/api-keys/${path}`, body);
  const rotated = await api.key({ name: 'Rotated', scopes: ['audit:read'], description: 'line\u2028break' });
  const expiring = await api.key({ name: 'Expiring', seconds_until_expiration: 1 });
  const gone = await api.key({ name: 'Gone', environment: 'test', type: 'user' });
  const suspended = await api.key({ name: 'Suspended' });
  await api.key({ name: 'Of others' }, api.credentials.other);
  await call('PATCH', rotated.id, { name: 'Renamed', scopes: ['jobs:read'] });
  await call('POST', `${rotated.id}/rotate`, { grace_period_seconds: 1, reason: 'yearly' });
  await call('POST', `${suspended.id}/suspend`, { reason: 'odd' });
  await api.call(api.credentials.member, 'GET', '/v1/api-keys');
  await call('POST', `${suspended.id}/reactivate`);
  await call('POST', `${suspended.id}/rotate`, {});
  await call('DELETE', gone.id);
  for (const { id } of [rotated, expiring]) {
    await eventually('the clock ends a key', async () => {
      const { body } = await call('GET', id);
      return body['status'] === 'expired' || body['status'] === 'revoked' ? true : null;
    });
  }
  await call('POST', `${expiring.id}/revoke`, { reason: 'cleaning up' });
}

/** Each event's instant and each end by the clock, and a millisecond to either side. */
async function tellingInstants(): Promise<readonly number[]> {
  const { events } = await api.eventStore.readAll({ after: BEGINNING, limit: 1_000 });
  const ends = events.flatMap(({ data }) => [data['expires_at'], data['grace_expires_at']]);
  const instants = [
    ...events.map(({ metadata }) => Date.parse(metadata.occurred_at)),
    ...ends.filter((end) => typeof end === 'number').map((end) => end * 1_000),
  ];
  return [...new Set(instants.flatMap((at) => [at - 1, at, at + 1]))].filter((at) => at <= Date.now());
}

it('prints exactly the keys that the server lists as of every telling instant', async () => {
  await liveALittle();
  const written = await api.call(api.credentials.admin, 'POST', '/v1/system_audit_log/export_ack', { row_count: 0 });
  const log = await api.getAfter(written, '/v1/log?format=ndjson', api.credentials.auditor);
  const file = join(directory, 'log.ndjson');
  await writeFile(file, log.text);
  const statuses = new Set<unknown>();
  for (const at of await tellingInstants()) {
    const asOf = new Date(at).toISOString();
    const { keys } = await replay(['log.ndjson', '--as-of', asOf, '--json'], directory);
    const listed = (await api.getAfter(written, `/v1/api-keys?limit=200&as_of=${asOf}`)).body['data'];
    expect([asOf, JSON.parse(keys)]).toEqual([asOf, listed]);
    for (const { status } of listed as { status: unknown }[]) statuses.add(status);
  }
  expect([...statuses].sort()).toEqual(['active', 'expired', 'revoked', 'rotating', 'suspended']);
});
