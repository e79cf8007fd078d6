import { BEGINNING, EventStoreUnavailable, toPosition, type LogPage } from '#libs/event-store';
import type { ClientEvent } from './collect-events.js';
import { feedPages } from './feed-pages.js';
import type { FeedItem } from './subscription-feed.js';

const TICKS = 'keyledgerTick-1';
const after = toPosition(100n);

function event(position: bigint, streamId = 'apiKey-1', data: object = {}): FeedItem {
  const told = {
    id: 'id',
    type: 'type',
    streamId,
    revision: 0n,
    data,
    metadata: {},
    created: new Date(0),
    isJson: true,
  };
  return { kind: 'event', event: { ...told, position: { commit: position, prepare: position } } as ClientEvent };
}

const caughtUp: FeedItem = { kind: 'caught_up' };
const checkpoint = (position: bigint): FeedItem => ({ kind: 'checkpoint', position: toPosition(position) });
const tick = (position: bigint, sentAt: number): FeedItem => event(position, TICKS, { sent_at: sentAt });

/** The pages of a feed that says nothing more after these; the pauses stand for moments in which nothing is there. */
async function pagesOf(
  items: readonly (FeedItem | 'pause')[],
  { limit, knownAt = -Infinity }: { readonly limit?: number; readonly knownAt?: number } = {},
): Promise<LogPage[]> {
  const left = [...items];
  const feed = {
    next: () => (left[0] === undefined || left[0] === 'pause' ? null : (left.shift() as FeedItem)),
    get hasItems() {
      return left[0] !== undefined && left[0] !== 'pause';
    },
    timesOut: async () => {
      if (left[0] === 'pause') left.shift();
      return left.length === 0;
    },
  };
  const tickSentAt = ({ streamId, data }: ClientEvent): number | null =>
    streamId === TICKS ? (data as { sent_at: number }).sent_at : null;
  const pages: LogPage[] = [];
  const { signal } = new AbortController();
  const reading = (async () => {
    for await (const page of feedPages({ feed, after, limit, knownAt, tickSentAt, signal })) pages.push(page);
  })();
  await expect(reading).rejects.toThrow(EventStoreUnavailable);
  return pages;
}

const positions = (page: LogPage | undefined): bigint[] | undefined => page?.events.map(({ position }) => position);

it('fills a page up to its limit or the end of the log, and from then on ends it with what has come', async () => {
  const pages = await pagesOf(
    [event(101n), 'pause', event(102n), event(103n), caughtUp, 'pause', event(104n), 'pause'],
    { limit: 2 },
  );
  expect(pages.map(positions)).toEqual([[101n, 102n], [103n], [104n]]);
  expect(pages.map(({ caughtUp: end }) => end)).toEqual([false, true, true]);
});

it('moves on over what the filter left out, but not ahead of events, and never back', async () => {
  const pages = await pagesOf([
    checkpoint(0n),
    event(110n),
    checkpoint(150n),
    caughtUp,
    'pause',
    checkpoint(120n),
    'pause',
  ]);
  expect(pages.map(({ position }) => position)).toEqual([150n, 150n]);
  expect(positions(pages[0])).toEqual([110n]);
});

it('knows nothing of the log until a tick of this process came through, and then what was there when that was sent', async () => {
  const ticks = [tick(130n, 40), event(131n), 'pause', tick(132n, 30), 'pause'] as const;
  const pages = await pagesOf([event(120n), caughtUp, 'pause', ...ticks]);
  expect(pages.map(({ askedAt }) => askedAt)).toEqual([-Infinity, 40, 40]);
  expect(pages.map(({ position }) => position)).toEqual([120n, 131n, 132n]);
});

it('only lets age what was known before it, until a tick came through this very feed', async () => {
  const pages = await pagesOf([caughtUp, 'pause', event(120n), 'pause', tick(121n, 40), 'pause'], { knownAt: 7 });
  expect(pages.map(({ askedAt }) => askedAt)).toEqual([7, 7, 40]);
});

it('shows neither ticks nor what the server writes for itself', async () => {
  const pages = await pagesOf([event(120n, 'keyledgerTick-2'), event(121n, '$stats'), event(122n, 'job-1'), caughtUp]);
  expect(pages.map(positions)).toEqual([[122n]]);
});

it('does not say that it is caught up while more is there, or once the server says that it fell behind', async () => {
  const pages = await pagesOf([caughtUp, event(120n), 'pause', { kind: 'fell_behind' }, event(121n), caughtUp]);
  expect(pages.map(({ caughtUp: end }) => end)).toEqual([false, true, true]);
});

it('takes a feed that says nothing for dead', async () => {
  expect(await pagesOf([])).toEqual([]);
  expect(await pagesOf([caughtUp])).toMatchObject([{ events: [], position: after, caughtUp: true }]);
  expect(after > BEGINNING).toBe(true);
});
