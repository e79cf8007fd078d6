import { randomUUID } from 'node:crypto';
import { webhookStream } from '#libs/domain';
import { NO_STREAM } from '#libs/event-store';
import { webhookCreated, webhookDisabled, webhookId } from '#libs/testing';
import { EventStream } from '../testing/event-stream.js';
import { RunningApi } from '../testing/running-api.js';
import { makeWebhook, WEBHOOK_SETTINGS } from '../testing/webhook-api.js';

let api: RunningApi;
const streams: EventStream[] = [];
beforeAll(async () => {
  api = await RunningApi.start({ settings: WEBHOOK_SETTINGS });
});
afterAll(() => api.stop());
afterEach(() => streams.splice(0).forEach((stream) => stream.close()));

async function listen(credential: string): Promise<EventStream> {
  const stream = await EventStream.open(api.url, { credential });
  streams.push(stream);
  await stream.opened();
  return stream;
}

it('tells whoever may read endpoints of each thing that is decided about one, and nobody else', async () => {
  const { credentials } = api;
  const reader = await api.key({ access: 'scoped', scopes: ['webhooks:read'] });
  const worker = await api.key({ access: 'scoped', scopes: ['jobs:read'] });
  const may = await Promise.all([credentials.admin, credentials.member, reader.secret].map(listen));
  const mayNot = await Promise.all([credentials.auditor, worker.secret, credentials.other].map(listen));
  const { id, path } = await makeWebhook(api);
  const change = (method: string, action: string, body: unknown = {}) =>
    api.call(credentials.admin, method, `${path}${action}`, body);
  await change('PATCH', '', { description: 'Billing' });
  await change('POST', '/pause');
  await change('POST', '/activate');
  await change('POST', '/rotate-secret');
  await change('DELETE', '', undefined);
  for (const stream of may) {
    const events = await stream.received(6);
    expect(events.map(({ event }) => event)).toEqual(events.map(() => 'webhook.updated'));
    expect(events.map(({ data: { event_type, status } }) => [event_type, status])).toEqual([
      ['webhook.created', 'active'],
      ['webhook.updated', undefined],
      ['webhook.paused', 'paused'],
      ['webhook.activated', 'active'],
      ['webhook.secret_rotated', undefined],
      ['webhook.deleted', undefined],
    ]);
    expect(new Set(events.map(({ data }) => data['id']))).toEqual(new Set([id]));
  }
  expect(mayNot.map(({ events }) => events)).toEqual([[], [], []]);
});

it('tells of what the system decides', async () => {
  const org = await organizationOf(api.credentials.admin);
  const stream = await listen(api.credentials.member);
  const events = [webhookCreated({}, { org_id: org }), webhookDisabled({}, { org_id: org })];
  const toStore = events.map(({ type, data, metadata }) => ({ id: randomUUID(), type, data, metadata }));
  await api.eventStore.append(webhookStream(webhookId()), NO_STREAM, toStore);
  const [, disabled] = await stream.received(2);
  expect(disabled?.data).toMatchObject({ id: webhookId(), event_type: 'webhook.disabled', status: 'disabled' });
});

it('is in the metadata of the audit log with labels', async () => {
  const { body } = await api.call(api.credentials.auditor, 'GET', '/v1/system_audit_log/metadata');
  const types = body['event_types'] as readonly { readonly name: string; readonly label: string }[];
  const labels = new Map(types.map(({ name, label }) => [name, label]));
  expect(labels.get('webhook.secret_rotated')).toBe('Webhook secret rotated');
  expect(labels.get('api_key.expiring')).toBe('API key expiring');
  expect(body['target_types']).toContain('webhook');
});

async function organizationOf(credential: string): Promise<string> {
  const { body } = await api.call(credential, 'GET', '/v1/whoami');
  return String(body['org_id']);
}
