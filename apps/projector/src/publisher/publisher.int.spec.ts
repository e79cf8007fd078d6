import fc from 'fast-check';
import { jobStream, lineageOf, lineageStream } from '#libs/domain';
import type { LogMessage } from '#libs/contracts';
import { DatabaseUnavailable } from '#libs/postgres';
import {
  apiKeyCreated,
  apiKeyRevoked,
  apiKeySuspended,
  apiKeyUpdated,
  eventually,
  jobAttemptFailed,
  jobCompleted,
  jobFailed,
  jobId,
  jobLeased,
  jobProgressed,
  jobSubmitted,
  keyId,
} from '#libs/testing';
import type { RunningPublisher } from './create-publisher.js';
import { PublishingSystem } from './testing/publishing-system.js';
import { RecordingBus } from './testing/recording-bus.js';

let system: PublishingSystem;
let bus: RecordingBus;
beforeEach(async () => {
  system = await PublishingSystem.start();
  bus = new RecordingBus();
});
afterEach(() => system.stop());

const KEY = lineageStream(lineageOf(keyId(0)) ?? '');
const JOB = jobStream(jobId());

const hasPublished = (what: string) =>
  eventually(what, async () => ((await system.checkpoint()) === String(await system.store.head()) ? true : null));
const types = (messages: readonly LogMessage[]) => messages.map(({ content }) => content?.event?.type);

/** Each names the place of the one before it; one that was published again names the same as before or an earlier one. */
function expectChain(messages: readonly LogMessage[]): void {
  let reached = 0n;
  for (const { position, previous } of messages) {
    expect(BigInt(previous)).toBeLessThan(BigInt(position));
    expect(BigInt(previous) <= reached).toBe(true);
    if (BigInt(position) > reached) reached = BigInt(position);
  }
}

it('publishes what receivers are told, in log order, each message naming the one before it', async () => {
  await system.append(KEY, [apiKeyCreated(), apiKeyUpdated([{ field: 'name', before: 'a', after: 'b' }])]);
  system.publish(bus);
  await hasPublished('what was there');
  await system.append(JOB, [
    jobSubmitted(),
    jobLeased(),
    jobProgressed(),
    jobCompleted({ result: 'x'.repeat(19_999) }),
  ]);
  await system.append(KEY, [apiKeyRevoked()]);
  await hasPublished('what came');
  expect(types(bus.told)).toEqual(['api_key.created', 'job.progress', 'job.completed', 'api_key.revoked']);
  const [, , completed] = bus.told;
  expect(completed?.content).toMatchObject({ stream: JOB, revision: 3, endpoint: null });
  expect(completed?.content?.event?.data).toMatchObject({ status: 'completed', result_omitted: true });
  expect(completed?.content?.event?.data).not.toHaveProperty('result');
  expect(bus.messages[0]?.previous).toBe('0');
  expectChain(bus.messages);
});

it('says that there is nothing of interest, for those who wait until the log was looked at', async () => {
  system.publish(bus);
  const position = await system.append(JOB, [jobSubmitted()]);
  const last = await eventually(
    'word of it',
    () => bus.messages.find((message) => message.position === String(position)) ?? null,
  );
  expect(last).toEqual({ position: String(position), previous: last.previous, content: null });
  await system.append(JOB, [jobLeased(), jobProgressed()]);
  const beyond = await system.append(JOB, [jobProgressed({ percent: 51, before: { percent: 50, message: null } })]);
  await eventually('word of that', () => (bus.messages.at(-1)?.position === String(beyond) ? true : null));
  expectChain(bus.messages);
});

it('publishes the same again where it died before the checkpoint, with the same ids', async () => {
  bus.failsAfterNext = new DatabaseUnavailable('the process died here');
  await system.append(KEY, [apiKeyCreated(), apiKeyRevoked()]);
  system.publish(bus);
  await hasPublished('everything');
  const told = bus.messages.filter(({ content }) => content !== null);
  expect(types(told)).toEqual(['api_key.created', 'api_key.revoked', 'api_key.created', 'api_key.revoked']);
  expect(told.slice(2)).toEqual(told.slice(0, 2));
  expectChain(bus.messages);
});

it('moves its checkpoint behind the acknowledgement, however long that takes', async () => {
  bus.isDown = true;
  await system.append(KEY, [apiKeyCreated()]);
  const publisher = system.publish(bus);
  await eventually('several attempts', () => (bus.refusals >= 3 ? true : null));
  expect(await system.checkpoint()).toBeNull();
  expect(publisher.status()).toMatchObject({ state: 'running', error: null, backlog: 1 });
  expect(publisher.status().lagSeconds).toBeGreaterThan(0);
  bus.isDown = false;
  await hasPublished('what waited');
  expect(types(bus.told)).toEqual(['api_key.created']);
  await eventually('no more lag', () => (publisher.status().lagSeconds === 0 ? true : null));
  expect(publisher.status().backlog).toBe(0);
});

it('stops while the bus is down', async () => {
  bus.isDown = true;
  await system.append(KEY, [apiKeyCreated()]);
  const publisher = system.publish(bus);
  await eventually('an attempt', () => (bus.refusals >= 1 ? true : null));
  await publisher.stop();
  expect(await system.checkpoint()).toBeNull();
  bus.isDown = false;
  system.publish(bus);
  await hasPublished('what was left');
  expect(types(bus.told)).toEqual(['api_key.created']);
});

it('is one at a time, and the next one goes on where the one before it stopped', async () => {
  const first = system.publish(bus);
  await eventually('an owner', () => (first.status().state === 'running' ? true : null));
  const standby = system.publish(bus);
  await eventually('a standby', () => (standby.status().state === 'standby' ? true : null));
  await system.append(KEY, [apiKeyCreated()]);
  await hasPublished('the first');
  await first.stop();
  await system.append(KEY, [apiKeySuspended()]);
  await hasPublished('the second');
  expect(standby.status().state).toBe('running');
  expect(types(bus.messages.filter(({ content }) => content !== null))).toEqual([
    'api_key.created',
    'api_key.suspended',
  ]);
  expectChain(bus.messages);
});

it('stops at what it does not know, with everything before it published, and says so', async () => {
  await system.append(KEY, [apiKeyCreated()]);
  const before = await system.append(JOB, [jobSubmitted(), jobLeased(), jobCompleted()]);
  await system.append(KEY, [{ ...apiKeyRevoked(), type: 'api_key.blessed' }]);
  await system.append(JOB.replace(/.$/, 'z'), [jobSubmitted({ job_id: `${jobId().slice(0, -1)}z` })]);
  const publisher = system.publish(bus);
  const error = await eventually('its end', () => publisher.status().error);
  expect(error).toMatch(/api_key\.blessed at position \d+ of apiKey-\w+ cannot be projected/);
  expect(publisher.status().state).toBe('stopped');
  expect(types(bus.told)).toEqual(['api_key.created', 'job.completed']);
  expect(await system.checkpoint()).toBe(String(before));
});

it.each([
  ['that ends before what was published', 'position = position + 1000'],
  ['with another event where it published one', "last_event_id = '00000000-0000-4000-8000-000000000000'"],
])('stops at a log %s', async (_, change) => {
  await system.append(KEY, [apiKeyCreated()]);
  const first = system.publish(bus);
  await hasPublished('everything');
  await first.stop();
  await system.query(`update publisher.checkpoint set ${change}`);
  const publisher = system.publish(bus);
  expect(await eventually('its end', () => publisher.status().error)).toMatch(
    /older than what was published, or another/,
  );
});

it('tells everything once for each life of its checkpoint, whenever it is stopped, dies or starts again', async () => {
  const step = fc.constantFrom('key', 'job', 'stop', 'die', 'start' as const);
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
      await system.stop();
      system = await PublishingSystem.start();
      bus = new RecordingBus();
      let publisher: RunningPublisher | null = system.publish(bus);
      const expected: string[] = [];
      for (const [index, what] of steps.entries()) {
        if (what === 'key') expected.push(...(await aKey(index)));
        else if (what === 'job') expected.push(...(await aJob(index)));
        else if (what === 'die') bus.failsAfterNext = new DatabaseUnavailable('the process died here');
        else if (what === 'stop') publisher = (await publisher?.stop().then(() => null)) ?? null;
        else publisher ??= system.publish(bus);
      }
      publisher ??= system.publish(bus);
      await hasPublished('everything');
      expect(types(bus.told)).toEqual(expected);
      expectChain(bus.messages);
    }),
    { numRuns: 12 },
  );
});

async function aKey(index: number): Promise<readonly string[]> {
  const lineage = `AbCdEfGh1234${String(index).padStart(4, '0')}`;
  const key_id = keyId(0, lineage);
  const stream = lineageStream(lineage);
  await system.append(stream, [apiKeyCreated({ key_id })]);
  await system.append(stream, [apiKeySuspended(undefined, key_id), apiKeyRevoked(undefined, key_id)]);
  return ['api_key.created', 'api_key.suspended', 'api_key.revoked'];
}

async function aJob(index: number): Promise<readonly string[]> {
  const of = { job_id: jobId(index) };
  const stream = jobStream(of.job_id);
  await system.append(stream, [jobSubmitted({ ...of, max_attempts: 1 })]);
  await system.append(stream, [jobLeased(of)]);
  await system.append(stream, [jobProgressed({ ...of, percent: 80 })]);
  await system.append(stream, [jobAttemptFailed(of), jobFailed(of)]);
  return ['job.progress', 'job.failed'];
}
