import { accessDenied, toAuditEntry } from '#libs/domain';
import {
  ADA,
  aDenial,
  anExport,
  apiKeyCreated,
  apiKeyDeleted,
  apiKeyRevoked,
  apiKeyRotated,
  keyId,
  recorded,
  START,
} from '#libs/testing';
import { expectSameRows } from '../testing/expect-same-rows.js';
import { logOf } from '../testing/log-of.js';
import { ReadModelDatabase } from '../testing/read-model-database.js';
import type { AuditFilter } from './audit-filter.js';
import { AuditLogProjection } from './audit-log.projection.js';
import { listActivity } from './list-activity.js';
import { listAuditActors } from './list-audit-actors.js';
import { readAuditPage } from './read-audit-page.js';
import { streamAuditEntries } from './stream-audit-entries.js';

const TABLES = ['audit_entries', 'audit_actors'];
const ALL: AuditFilter = {
  ...{ startMs: null, endMs: null, groups: [], types: [], targetTypes: [], targetIds: [], actorIds: [], search: null },
};
const KEY = { type: 'api_key', id: 'ak_caller', name: 'Deploy 50%' } as const;
const LOG = logOf([
  apiKeyCreated(),
  apiKeyRotated({}, { at: START + 10, actor: KEY, reason: 'Was on a screen' }),
  apiKeyCreated({ key_id: keyId(0, 'BBBBBBBBBBBBBBBB'), name: 'Other' }, { org_id: 'org_b', at: START + 11 }),
  apiKeyRevoked({ at: START + 20.5 }, keyId(1)),
  aDenial({}, { at: START + 30, actor: { ...KEY, name: null } }),
  anExport({}, { at: START + 40, actor: { ...ADA, name: 'Ada L.' } }),
  apiKeyDeleted({ at: START + 50 }, keyId(1)),
]);
let database: ReadModelDatabase;

beforeAll(async () => {
  database = await ReadModelDatabase.create();
});
afterEach(() => database.forget());
afterAll(() => database.drop());

async function found(filter: Partial<AuditFilter>, page = {}) {
  const whole = { limit: 50, beforeSeq: null, offset: 0 };
  const { entries, ...count } = await readAuditPage(
    database.api,
    'org_a',
    { ...ALL, ...filter },
    { ...whole, ...page },
  );
  return { seqs: entries.map(({ seq }) => seq), ...count };
}

it('shows every event as the entry that the domain makes of it, newest first', async () => {
  await database.project(new AuditLogProjection(), LOG);
  const page = { limit: 50, beforeSeq: null, offset: 0 };
  const { entries } = await readAuditPage(database.api, 'org_a', ALL, page);
  const own = LOG.filter(({ metadata }) => metadata.org_id === 'org_a');
  expect(entries).toEqual(
    own
      .flatMap((event, index) => {
        const entry = toAuditEntry(event);
        return entry === null ? [] : [{ event, entry, seq: index + 1 }];
      })
      .map(({ event, entry, seq }) => ({
        ...entry,
        id: event.id,
        seq,
        created_at: Math.floor(Date.parse(event.metadata.occurred_at) / 1_000),
        occurred_at: event.metadata.occurred_at,
        actor: event.metadata.actor,
        context: { ip: '192.0.2.1', user_agent: 'curl/8', request_id: 'req_1' },
      }))
      .reverse(),
  );
  expect(entries.map(({ created_at }) => created_at)).toContain(START + 20);
});

it.each(LOG.map((_, cut) => cut))(
  'gives the same rows when a page ends after %i events, and on a second run',
  async (cut) => {
    const [inPages, whole] = [new AuditLogProjection(), new AuditLogProjection()];
    await expectSameRows(database, TABLES, { log: LOG, cuts: [cut], inPages, whole });
  },
);

const FILTERS: readonly (readonly [string, Partial<AuditFilter>, readonly number[]])[] = [
  ['a start, inclusive', { startMs: (START + 20) * 1_000 }, [6, 5, 4, 3]],
  ['a start at the millisecond', { startMs: (START + 20) * 1_000 + 500 }, [6, 5, 4, 3]],
  ['a start a millisecond later', { startMs: (START + 20) * 1_000 + 501 }, [6, 5, 4]],
  ['an end a millisecond later', { endMs: (START + 20) * 1_000 + 501 }, [3, 2, 1]],
  ['an end, exclusive', { endMs: (START + 20) * 1_000 }, [2, 1]],
  ['groups', { groups: ['access', 'configuration'] }, [5, 4]],
  ['types', { types: ['api_key.created', 'api_key.deleted'] }, [6, 1]],
  ['target types', { targetTypes: ['audit_log'] }, [5]],
  ['a target, without the other keys of its lineage', { targetIds: [keyId(0)] }, [2, 1]],
  ['a target that is no key', { targetIds: ['org_a'] }, [5]],
  ['an actor', { actorIds: [KEY.id] }, [4, 2]],
  ['several at once', { actorIds: [KEY.id], groups: ['integrations'], startMs: START * 1_000 }, [2]],
  ['part of a reason', { search: 'ON A screen' }, [2]],
  ['part of an actor’s name, its sign no wildcard', { search: '50%' }, [2]],
  ['part of a summary', { search: 'REVOKED api key' }, [3]],
  ['text that spans two fields', { search: 'Deploy 50%Was' }, []],
  ['nothing that is there', { targetIds: ['ak_unknown'], actorIds: ['nobody'] }, []],
];

it('finds what the filters ask for, and counts the same', async () => {
  await database.project(new AuditLogProjection(), LOG);
  for (const [what, filter, seqs] of FILTERS) {
    expect([what, await found(filter)]).toEqual([what, { seqs, total: seqs.length, ahead: 0 }]);
  }
});

it('pages by cursor and by offset, and counts what a cursor has passed', async () => {
  await database.project(new AuditLogProjection(), LOG);
  expect(await found({}, { limit: 2 })).toEqual({ seqs: [6, 5], total: 6, ahead: 0 });
  expect(await found({}, { limit: 2, beforeSeq: 5 })).toEqual({ seqs: [4, 3], total: 6, ahead: 2 });
  expect(await found({}, { limit: 2, offset: 4 })).toEqual({ seqs: [2, 1], total: 6, ahead: 0 });
});

it('counts what it lists, whatever is written between the two', async () => {
  const log = logOf(Array.from({ length: 9 }, () => anExport()));
  let written = 2;
  const writeOne = (): Promise<void> => database.project(new AuditLogProjection(), log.slice(0, written++));
  await writeOne();
  const busy = database.api.withPlugin({
    transformQuery: ({ node }) => node,
    transformResult: async ({ result }) => {
      await writeOne();
      return result;
    },
  });
  const { entries, total } = await readAuditPage(busy, 'org_a', ALL, { limit: 50, beforeSeq: null, offset: 0 });
  expect(written).toBeGreaterThan(4);
  expect([entries.length, total]).toEqual([2, 2]);
});

it('shows the trail of one object, of a key that of its whole lineage', async () => {
  await database.project(new AuditLogProjection(), LOG);
  const trail = async (type: 'api_key' | 'audit_log', id: string, beforeSeq: number | null = null) =>
    (await listActivity(database.api, 'org_a', { type, id }, { limit: 3, beforeSeq })).map(({ seq }) => seq);
  expect(await trail('api_key', keyId(1))).toEqual([6, 3, 2]);
  expect(await trail('api_key', keyId(0), 2)).toEqual([1]);
  expect(await trail('audit_log', 'org_a')).toEqual([5]);
  expect(await trail('audit_log', keyId(0))).toEqual([]);
  expect(await trail('api_key', keyId(0, 'BBBBBBBBBBBBBBBB'))).toEqual([]);
});

it('names the actors seen, the last to act first, by the newest name that is known', async () => {
  await database.project(new AuditLogProjection(), LOG);
  expect(await listAuditActors(database.api, 'org_a')).toEqual([ADA, KEY]);
  expect(await listAuditActors(database.api, 'org_b')).toEqual([ADA]);
});

it('streams everything in pages, up to what was there at the start', async () => {
  const many = logOf(
    Array.from({ length: 2_500 }, (_, index) =>
      recorded(accessDenied({ ...aDenial().data, count: index + 1 }), { at: START + index }),
    ),
  );
  await database.project(new AuditLogProjection(), many.slice(0, 2_400), [1_000]);
  const pages: number[][] = [];
  for await (const page of streamAuditEntries(database.api, 'org_a', { ...ALL, startMs: (START + 100) * 1_000 })) {
    if (pages.length === 0) await database.project(new AuditLogProjection(), many);
    pages.push(page.map(({ seq }) => seq));
  }
  expect(pages.map(({ length }) => length)).toEqual([1_000, 1_000, 300]);
  expect(pages.flat()).toEqual(Array.from({ length: 2_300 }, (_, index) => 2_400 - index));
});

it('streams nothing for an organization without entries', async () => {
  const pages = [];
  for await (const page of streamAuditEntries(database.api, 'org_none', ALL)) pages.push(page);
  expect(pages).toEqual([]);
});

it('stops at an event that it does not know', async () => {
  const log = logOf([aDenial({}, { schema_version: 2 })]);
  await expect(database.project(new AuditLogProjection(), log)).rejects.toMatchObject({ code: 'unknown_event' });
});
