import type { DomainEvent, Recorded } from '#libs/domain';
import { streamOf, withoutWithheldFields } from '#libs/domain';
import {
  aDenial,
  anExport,
  apiKeyCreated,
  apiKeyDeleted,
  apiKeyExpiring,
  apiKeyReactivated,
  apiKeyRevoked,
  apiKeyRotated,
  apiKeySuspended,
  apiKeyUpdated,
  jobCompleted,
  jobLeased,
  jobSubmitted,
  keyId,
  policyTypeCreated,
  START,
  webhookCreated,
  webhookSecretRotated,
} from '#libs/testing';
import { replayLog } from './replay-log.js';

const OTHER = 'BBBBBBBBBBBBBBBB';
const LIFE = [
  apiKeyCreated({ expires_at: START + 100, lifetime_seconds: 100 }),
  aDenial({}, { at: START + 1 }),
  apiKeyCreated({ key_id: keyId(0, OTHER), name: 'Other', scopes: ['audit:read'] }, { at: START + 2 }),
  apiKeyUpdated([{ field: 'name', before: 'GRC pipeline', after: 'Renamed' }], { at: START + 3.5 }),
  apiKeyRotated({ graceExpiresAt: START + 20, expiresAt: START + 104, lifetimeSeconds: 100 }, { at: START + 4 }),
  apiKeySuspended({ at: START + 5, reason: 'odd' }, keyId(0, OTHER)),
  anExport({}, { at: START + 6 }),
  apiKeyReactivated({ at: START + 7 }, keyId(0, OTHER)),
  apiKeyRevoked({ at: START + 8, reason: 'leaked' }, keyId(1)),
  apiKeyDeleted({ at: START + 9 }, keyId(0, OTHER)),
];

type Line = Record<string, unknown>;

/** As `GET /v1/log?format=ndjson` writes them. */
function linesOf(
  events: readonly Recorded<DomainEvent>[],
  change: (line: Line, index: number) => Line = (line) => line,
) {
  const revisions = new Map<string, number>();
  return events.map(({ type, data, metadata }, index) => {
    const stream = streamOf({ type, data }, '0'.repeat(32));
    const revision = (revisions.get(stream) ?? -1) + 1;
    revisions.set(stream, revision);
    const { actor, schema_version, occurred_at, reason, request_id } = metadata;
    const line = {
      ...{ seq: index + 1, event_id: `e${index}`, event_type: type, schema_version, stream, revision, occurred_at },
      ...{ actor, reason, request_id, data: withoutWithheldFields(type, data) },
    };
    return JSON.stringify(change(line, index));
  });
}

async function at(seconds: number): Promise<readonly string[]> {
  const { keys } = await replayLog(linesOf(LIFE), seconds * 1_000);
  return keys.map(({ id, status, name }) => `${id.slice(-4)} ${status} ${name}`);
}

it.each([
  [START - 1, []],
  [START, ['0000 active GRC pipeline']],
  [START + 3.499, ['0000 active Other', '0000 active GRC pipeline']],
  [START + 3.5, ['0000 active Other', '0000 active Renamed']],
  [START + 4, ['0001 active Renamed', '0000 active Other', '0000 rotating Renamed']],
  [START + 5, ['0001 active Renamed', '0000 suspended Other', '0000 rotating Renamed']],
  [START + 8, ['0001 revoked Renamed', '0000 active Other', '0000 rotating Renamed']],
  [START + 9, ['0001 revoked Renamed', '0000 rotating Renamed']],
  [START + 19.999, ['0001 revoked Renamed', '0000 rotating Renamed']],
  [START + 20, ['0001 revoked Renamed', '0000 revoked Renamed']],
])('replays the keys as they stood at %d', async (seconds, keys) => {
  expect(await at(seconds)).toEqual(keys);
});

it('ends a key at its second by the clock alone', async () => {
  const lines = linesOf(LIFE.slice(0, 1));
  expect((await replayLog(lines, (START + 99.999) * 1_000)).keys).toMatchObject([{ status: 'active', expired: false }]);
  expect((await replayLog(lines, (START + 100) * 1_000)).keys).toMatchObject([{ status: 'expired', expired: true }]);
});

it('says how many events there are, how many count, and how far they go', async () => {
  expect(await replayLog(linesOf(LIFE), (START + 3) * 1_000)).toMatchObject({
    ...{ events: 10, counted: 3, newestMs: (START + 9) * 1_000 },
  });
});

const WORK = [
  policyTypeCreated({}, { at: START }),
  jobSubmitted({}, { at: START + 1 }),
  apiKeyCreated({}, { at: START + 2 }),
  jobLeased({}, { at: START + 3 }),
  jobCompleted({}, { at: START + 4 }),
  webhookCreated({}, { at: START + 5 }),
  webhookSecretRotated({}, { at: START + 6 }),
  apiKeyExpiring({}, { at: START + 7 }),
];

it('counts and checks jobs, policy types and webhook endpoints, and replays the keys between them', async () => {
  const lines = linesOf(WORK);
  expect(lines.join()).not.toMatch(/"(input|result|secret_id)":/);
  const { keys, events, counted } = await replayLog(lines, (START + 7) * 1_000);
  expect([keys.map(({ id }) => id), events, counted]).toEqual([[keyId(0)], 8, 8]);
  expect(keys).toEqual((await replayLog(lines, (START + 4) * 1_000)).keys);
});

it.each([
  [1, 'job-x', 'that of the job'],
  [5, 'webhook-x', 'that of the webhook endpoint'],
])('refuses event %i of another stream', async (which, stream, whose) => {
  const elsewhere = linesOf(WORK, (line, index) => (index === which ? { ...line, stream } : line));
  await expect(replayLog(elsewhere, START * 2_000)).rejects.toMatchObject({
    message: `line ${which + 1}: stream must be ${whose}`,
  });
});

it('refuses a file without any event, for nothing follows from it', async () => {
  await expect(replayLog([], 0)).rejects.toMatchObject({
    code: 'replay_failed',
    message: expect.stringMatching(/^0 events were read: the file is empty/) as string,
  });
});

it('shows nothing of what stands for the fields that are not in the file', async () => {
  const { keys } = await replayLog(linesOf(LIFE), (START + 4) * 1_000);
  expect(JSON.stringify(keys)).not.toMatch(/withheld|not in the file|hash|pepper/);
});

const changed = (which: number, change: Line) =>
  linesOf(LIFE, (line, index) => (index === which ? { ...line, ...change } : line));

it.each([
  ['begins later', linesOf(LIFE).slice(4), /^line 1: seq is 5: the file lacks events 1 to 4$/],
  ['lacks one', linesOf(LIFE).toSpliced(3, 1), /^line 4: seq is 5: the file lacks event 4$/],
  ['has one twice', linesOf(LIFE).toSpliced(3, 0, linesOf(LIFE)[2] ?? ''), /^line 4: seq is 3 where 4 follows/],
  ['is cut within a line', [...linesOf(LIFE).slice(0, 2), '{"seq":3,"event_id'], /^line 3: is no JSON/],
  ['has an empty line', linesOf(LIFE).toSpliced(1, 0, ''), /^line 2: is no JSON/],
  ['has a line that is no object', ['[]'], /^line 1: the line must be an object$/],
  ['lacks a field', changed(2, { actor: undefined }), /^line 3: actor must be an object$/],
  ['has another actor', changed(2, { actor: { type: 'god', id: 'x', name: null } }), /^line 3: actor must be somebody/],
  ['has no time', changed(2, { occurred_at: 'soon' }), /^line 3: occurred_at must be an instant$/],
  ['has a broken number', changed(2, { seq: 2.5 }), /^line 3: seq must be a whole number$/],
  ['lacks an event of a stream', changed(4, { revision: 3 }), /^line 5: revision is 3 where 2 follows in apiKey-/],
  [
    'runs backwards',
    changed(4, { occurred_at: new Date(START * 1_000).toISOString() }),
    /^line 5: occurred_at is before/,
  ],
  [
    'is of a newer release',
    changed(1, { event_type: 'api_key.sold' }),
    /^line 2: api_key.sold .* unknown to this release$/,
  ],
  ['is of a newer version', changed(1, { schema_version: 9 }), /^line 2: access_denied in version 9 is unknown/],
  ['has other data', changed(0, { data: {} }), /^line 1: a stored api_key.created is malformed: data.key_id/],
  [
    'has a key in the stream of another',
    changed(0, { stream: 'apiKey-x' }),
    /^line 1: stream must be that of the key$/,
  ],
  [
    'changes a key that it does not make',
    changed(2, { event_type: 'api_key.revoked', data: { key_id: keyId(0, OTHER), name: 'x', changes: [] } }),
    /^line 3: .*key_id names no key of the lineage$/,
  ],
])('refuses a file that %s, and names the line', async (_, lines, problem) => {
  await expect(replayLog(lines, START * 2_000)).rejects.toMatchObject({
    code: 'replay_failed',
    message: expect.stringMatching(problem) as string,
  });
});

it('checks the lines behind the instant too', async () => {
  await expect(replayLog([...linesOf(LIFE), '{'], START * 1_000)).rejects.toMatchObject({
    message: expect.stringMatching(/^line 11/) as string,
  });
});
