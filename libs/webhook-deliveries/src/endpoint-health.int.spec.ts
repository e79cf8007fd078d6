import { webhookActivated, webhookDisabled, webhookPaused } from '#libs/testing';
import { endpointsToDisable } from './endpoints-to-disable.js';
import { DeliveryDatabase, type GivenOutcome } from './testing/delivery-database.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let database: DeliveryDatabase;
let webhook: string;
beforeAll(async () => {
  database = await DeliveryDatabase.create();
});
beforeEach(async () => {
  webhook = await database.endpoint();
});
afterEach(() => database.empty());
afterAll(() => database.drop());

/** One attempt at a delivery of its own. */
async function attempt(given: GivenOutcome, test = false): Promise<void> {
  await database.pend(webhook, 1, test ? { test, cause: 'dlv_x' } : {});
  const [lease] = await database.claim();
  const claimed = lease ?? (await database.claim({ slow: true }))[0];
  if (claimed === undefined) throw new Error('there is none');
  await database.finish([claimed], given);
}

/** Failed ones, so long ago each, milliseconds. */
async function failed(...ago: readonly number[]): Promise<void> {
  for (const one of ago) await attempt({ error: 'status', response: 500, at: Date.now() - one });
}

const reason = async () => (await database.row('endpoints', webhook))['disable_reason'];
const inFlight = async () => (await database.row('endpoints', webhook))['most_in_flight'];

it('is to be disabled after five days without a success, ten attempts, and three different hours', async () => {
  await failed(5 * DAY + HOUR, 4 * DAY, 3 * DAY, 3 * DAY, 2 * DAY, 2 * DAY, DAY, DAY, HOUR);
  expect(await reason()).toBeNull();
  await failed(0);
  expect(await reason()).toBe('failing');
  expect(await endpointsToDisable(database.projector, 10)).toEqual([
    { webhookId: webhook, orgId: 'org_a', reason: 'failing' },
  ]);
  // Nothing is sent from then on.
  await database.pend(webhook, 1);
  expect(await database.claim()).toEqual([]);
});

it('is not, where the first failure is of less than five days ago', async () => {
  await failed(5 * DAY - HOUR, ...Array.from({ length: 11 }, (_, n) => n * 2 * HOUR).reverse());
  expect(await reason()).toBeNull();
});

it('is not, where all attempts were in two different hours, in whatever order they ended', async () => {
  const [first, second] = [Date.now() - 6 * DAY, Date.now() - 6 * DAY + HOUR];
  for (const at of [first, second, first, second, first, second, first, second, first, second, first, second])
    await attempt({ error: 'connect', at });
  expect(await reason()).toBeNull();
  expect(await database.row('endpoints', webhook)).toMatchObject({ failed_attempts: 12, failed_hours: 2 });
});

it('counts anew after a success, and what failed after it', async () => {
  await failed(...Array.from({ length: 9 }, (_, n) => 6 * DAY - n * 2 * HOUR));
  await attempt({ at: Date.now() - 2 * HOUR });
  expect(await database.row('endpoints', webhook)).toMatchObject({
    ...{ failing_since: null, failed_attempts: 0, failed_hours: 0, last_failed_hour: null },
  });
  await failed(HOUR, 0);
  expect(await reason()).toBeNull();
  expect(await database.row('endpoints', webhook)).toMatchObject({ failed_attempts: 2 });
});

it('takes what failed before the success that is heard with it for what it was', async () => {
  await database.pend(webhook, 2);
  const [one, two] = await database.claim();
  if (one === undefined || two === undefined) throw new Error('there are none');
  await database.finish([one], { error: 'status', response: 500, at: Date.now() - HOUR });
  await database.finish([two], { at: Date.now() });
  expect(await database.row('endpoints', webhook)).toMatchObject({ failed_attempts: 0, failing_since: null });
});

it('is not disabled by tests that fail, nor helped by those that succeed', async () => {
  await failed(5 * DAY + HOUR, 4 * DAY, 3 * DAY);
  for (const ago of [5, 4, 3, 2, 1, 0]) await attempt({ error: 'timeout', at: Date.now() - ago * HOUR }, true);
  await attempt({ at: Date.now() }, true);
  expect(await database.row('endpoints', webhook)).toMatchObject({ failed_attempts: 3, failed_hours: 3 });
  await failed(9 * HOUR, 8 * HOUR, 7 * HOUR, 6 * HOUR, 5 * HOUR, 4 * HOUR, 3 * HOUR);
  expect(await reason()).toBe('failing');
});

it('is gone at the first 410', async () => {
  await attempt({ error: 'status', response: 410 });
  expect(await reason()).toBe('gone');
});

it('is judged no more once it is not active, and its event clears the judgement', async () => {
  await database.pend(webhook, 1);
  const [lease] = await database.claim();
  if (lease === undefined) throw new Error('there is none');
  await database.say(webhookPaused({}, webhook), 1);
  await database.finish([lease], { error: 'status', response: 410 });
  expect(await reason()).toBeNull();
  await database.say(webhookActivated({}, webhook), 2);
  await attempt({ error: 'status', response: 410 });
  await database.say(webhookDisabled({ webhook_id: webhook, status_reason: 'gone' }), 3);
  expect(await database.row('endpoints', webhook)).toMatchObject({ status: 'disabled', disable_reason: null });
  expect(await endpointsToDisable(database.projector, 10)).toEqual([]);
});

it('counts anew from an activation on', async () => {
  await failed(5 * DAY + HOUR, 4 * DAY, 3 * DAY);
  await database.say(webhookPaused({}, webhook), 1);
  await database.say(webhookActivated({}, webhook), 2);
  expect(await database.row('endpoints', webhook)).toMatchObject({ failed_attempts: 0, failing_since: null });
});

it('has one more under way for each answer in time, up to 32, and half after none', async () => {
  expect(await inFlight()).toBe(2);
  await attempt({});
  expect(await inFlight()).toBe(3);
  await database.pend(webhook, 40);
  for (let round = 0; round < 6; round++) await database.finish(await database.claim());
  expect(await inFlight()).toBe(32);
  for (const [error, left] of [
    ['timeout', 16],
    ['connect', 8],
    ['reset', 4],
    ['connect', 2],
    ['reset', 1],
    ['reset', 1],
  ] as const) {
    await attempt({ error });
    expect([error, await inFlight()]).toEqual([error, left]);
  }
  await attempt({ error: 'status', response: 500 });
  expect(await inFlight()).toBe(1);
  await attempt({ durationMs: 2_000 });
  expect(await inFlight()).toBe(1);
});

it('goes to the slow lane after an attempt of three seconds, and back after a success within one', async () => {
  const slow = async () => (await database.row('endpoints', webhook))['slow'];
  await attempt({ durationMs: 2_999 });
  expect(await slow()).toBe(false);
  await attempt({ durationMs: 3_000 });
  expect(await slow()).toBe(true);
  await attempt({ durationMs: 1_500 });
  expect(await slow()).toBe(true);
  await attempt({ error: 'connect', durationMs: 5 });
  expect(await slow()).toBe(true);
  await attempt({});
  expect(await slow()).toBe(false);
});

it('shows the last attempt of all', async () => {
  const at = Date.now() - HOUR;
  await attempt({ error: 'status', response: 503, at, againIn: 60 });
  expect((await database.row('endpoints', webhook))['last_delivery']).toEqual({
    ...{ at: Math.floor(at / 1_000), status: 'pending', response_status: 503 },
  });
});
