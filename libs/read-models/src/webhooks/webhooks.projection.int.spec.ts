import { webhookDecider, parseWebhookEvent, type WebhookState } from '#libs/domain';
import {
  aDenial,
  START,
  webhookActivated,
  webhookCreated,
  webhookDeleted,
  webhookDisabled,
  webhookId,
  webhookPaused,
  webhookSecretRotated,
  webhookUpdated,
} from '#libs/testing';
import { logOf } from '../testing/log-of.js';
import { ReadModelDatabase } from '../testing/read-model-database.js';
import { getWebhook } from './get-webhook.js';
import { listWebhooks } from './list-webhooks.js';
import { WebhooksProjection } from './webhooks.projection.js';

const TABLES = ['webhooks'];
let database: ReadModelDatabase;

beforeAll(async () => {
  database = await ReadModelDatabase.create();
});
beforeEach(() => database.forget());
afterAll(() => database.drop());

const other = { webhook_id: webhookId(1) };
const foreign = { webhook_id: webhookId(2) };
const gone = { webhook_id: webhookId(3) };
const LIFE = logOf([
  webhookCreated(),
  aDenial(),
  webhookCreated(other, { at: START + 1 }),
  webhookUpdated({}, { at: START + 2 }),
  webhookCreated(foreign, { at: START + 3, org_id: 'org_b' }),
  webhookPaused({ at: START + 4 }),
  webhookSecretRotated({}, { at: START + 5 }),
  webhookCreated(gone, { at: START + 6 }),
  webhookActivated({ at: START + 7 }),
  webhookDisabled(other, { at: START + 8 }),
  webhookDeleted({ at: START + 9 }, gone.webhook_id),
]);

const page = { limit: 10, beforeSeq: null };
const all = { statuses: null };

it('lists the endpoints of one organization as their events left them, newest first, without deleted ones', async () => {
  await database.project(new WebhooksProjection(), LIFE);
  const listed = await listWebhooks(database.api, 'org_a', all, page);
  expect(listed).toEqual([
    { createdSeq: 3, webhook: foldOf(webhookId(1)) },
    { createdSeq: 1, webhook: foldOf(webhookId(0)) },
  ]);
  expect(listed.map(({ webhook }) => [webhook.status, webhook.secrets.length])).toEqual([
    ['disabled', 1],
    ['active', 2],
  ]);
  expect(await listWebhooks(database.api, 'org_a', all, { limit: 10, beforeSeq: 3 })).toEqual(listed.slice(1));
  expect(await listWebhooks(database.api, 'org_a', all, { limit: 1, beforeSeq: null })).toEqual(listed.slice(0, 1));
  expect(await listWebhooks(database.api, 'org_a', { statuses: ['paused', 'active'] }, page)).toEqual(listed.slice(1));
  expect(await listWebhooks(database.api, 'org_a', { statuses: [] }, page)).toEqual([]);
  expect(await listWebhooks(database.api, 'org_b', all, page)).toHaveLength(1);
  expect(await listWebhooks(database.api, 'org_c', all, page)).toEqual([]);
});

it('shows one endpoint to its own organization, until it is deleted', async () => {
  await database.project(new WebhooksProjection(), LIFE);
  expect(await getWebhook(database.api, 'org_a', webhookId(0))).toEqual(foldOf(webhookId(0)));
  expect(await getWebhook(database.api, 'org_a', webhookId(2))).toBeNull();
  expect(await getWebhook(database.api, 'org_a', webhookId(3))).toBeNull();
  expect(await getWebhook(database.api, 'org_a', webhookId(4))).toBeNull();
});

it.each(LIFE.map((_, cut) => cut))(
  'gives the same rows when a page ends after %i events, and on a second run',
  async (cut) => {
    await database.project(new WebhooksProjection(), LIFE);
    const whole = await database.rows(TABLES);
    expect(whole).toHaveLength(4);
    await database.project(new WebhooksProjection(), LIFE);
    expect(await database.rows(TABLES)).toEqual(whole);
    await database.forget();
    await database.project(new WebhooksProjection(), LIFE, [cut]);
    expect(await database.rows(TABLES)).toEqual(whole);
  },
);

it.each([
  ['a version that it does not know', [webhookCreated({}, { schema_version: 9 })], 'unknown_event'],
  ['a change of what is not there', [webhookPaused()], 'malformed_event'],
  ['a second creation', [webhookCreated(), webhookCreated()], 'malformed_event'],
  ['an event of another organization', [webhookCreated(), webhookPaused({ org_id: 'org_b' })], 'malformed_event'],
])('stops at %s, and keeps nothing of its page', async (_, history, code) => {
  await expect(database.project(new WebhooksProjection(), logOf(history))).rejects.toMatchObject({ code });
  expect(await database.rows(TABLES)).toEqual([]);
});

it('stops at an event that is about another endpoint than its stream', async () => {
  const [first, stray] = logOf([webhookCreated(), webhookPaused()]);
  if (first === undefined || stray === undefined) throw new Error('both were made');
  const log = [first, { ...stray, data: { ...stray.data, webhook_id: webhookId(1) } }];
  await expect(database.project(new WebhooksProjection(), log)).rejects.toMatchObject({ code: 'malformed_event' });
});

function foldOf(id: string) {
  return LIFE.filter(({ stream }) => stream.endsWith(id)).reduce<WebhookState>(
    (state, event) => webhookDecider.evolve(state, parseWebhookEvent(event)),
    webhookDecider.initialState,
  ).webhook;
}
