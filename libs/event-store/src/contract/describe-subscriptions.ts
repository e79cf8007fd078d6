import { setTimeout as delay } from 'node:timers/promises';
import type { EventStore, LogPage, LogRead, StoredEvent } from '../event-store.js';
import type { Position } from '../position.js';
import type { UnderTest } from './event-store-under-test.js';
import { expectHead } from './expect-head.js';
import { readToEnd } from './read-to-end.js';
import { appended, someEvent, someEvents, someStream } from './some-event.js';

/** `subscribe`: from what is there to what comes, once each and in order. */
export function describeSubscriptions(underTest: UnderTest): void {
  it('goes from what is there to what comes without losing or doubling an event, from any position', async () => {
    const { store, another } = underTest();
    const before = await store.head();
    await Promise.all(Array.from({ length: 50 }, () => appended(store, someStream(), someEvents(2))));
    const [, early] = await readToEnd(store, { after: before });
    const writer = await another();
    const appends = keepAppending(writer, 150);
    const starts: Position[] = [before, early?.position ?? before, await store.head()];
    const seen = starts.map((after) => collectUntil(store, { after, limit: 20 }, appends));
    await appends;
    for (const [index, after] of starts.entries()) {
      expect(await seen[index]).toEqual(await readToEnd(store, { after }));
    }
  });

  it('leaves out what the prefixes do not name, and its position moves past it', async () => {
    const { store } = underTest();
    const before = await store.head();
    const appends = keepAppending(store, 60);
    const seen = await collectUntil(store, { after: before, prefixes: ['job-'] }, appends);
    expect(seen.length).toBe(30);
    expect(seen).toEqual(await readToEnd(store, { after: before, prefixes: ['job-'] }));
  });

  it('gives a sign of life with nothing in it while nothing happens', async () => {
    const { store } = underTest();
    const abort = new AbortController();
    const position = await store.head();
    let last = performance.now() - 60_000;
    let signs = 0;
    for await (const page of store.subscribe({ after: position, signal: abort.signal })) {
      expect(page).toMatchObject({ events: [], caughtUp: true });
      expectHead(underTest(), page.position, position);
      // A subscription may have to wait for what it knows the age of its view by.
      if (page.askedAt === -Infinity && signs === 0) continue;
      expect(page.askedAt).toBeGreaterThan(last);
      expect(page.askedAt).toBeLessThanOrEqual(performance.now());
      last = page.askedAt;
      if (++signs === 4) abort.abort();
    }
    expect(signs).toBe(4);
  });

  it('waits for a slow subscriber, who then still gets everything in pages of the size asked for', async () => {
    const { store } = underTest();
    const [before, abort] = [await store.head(), new AbortController()];
    const seen: StoredEvent[] = [];
    await appended(store, someStream(), someEvents(3));
    for await (const page of store.subscribe({ after: before, limit: 25, signal: abort.signal })) {
      expect(page.events.length).toBeLessThanOrEqual(25);
      if (seen.length === 0) {
        await Promise.all(Array.from({ length: 100 }, () => appended(store, someStream(), someEvents(2))));
        await delay(400);
      }
      seen.push(...page.events);
      if (seen.length >= 203) abort.abort();
    }
    expect(seen).toEqual(await readToEnd(store, { after: before }));
  });

  it('ends without an error when its signal is aborted, before, while waiting and between pages', async () => {
    const { store } = underTest();
    const after = await store.head();
    expect(await pagesOf(store, { after, signal: AbortSignal.abort() })).toEqual([]);
    const waiting = new AbortController();
    setTimeout(() => waiting.abort(), 100);
    expect((await pagesOf(store, { after, signal: waiting.signal })).every(({ events }) => events.length === 0)).toBe(
      true,
    );
    await appended(store, someStream(), someEvents(10));
    const between = new AbortController();
    const pages: LogPage[] = [];
    for await (const page of store.subscribe({ after, limit: 2, signal: between.signal })) {
      pages.push(page);
      if (pages.length === 2) between.abort();
    }
    expect(pages).toHaveLength(2);
  });

  it('is left by break, and ends when its store is closed', async () => {
    const { store, another } = underTest();
    const after = await store.head();
    await appended(store, someStream(), someEvents(2));
    for await (const page of store.subscribe({ after, signal: new AbortController().signal })) {
      expect(page.events).toHaveLength(2);
      break;
    }
    const closing = await another();
    const ended = pagesOf(closing, { after: await store.head(), signal: new AbortController().signal });
    await delay(50);
    await closing.close();
    for (const page of await ended) expect(page.events).toEqual([]);
    await expect(closing.head()).rejects.toMatchObject({ code: 'event_store_unavailable' });
    await expect(closing.append(someStream(), -1, [someEvent()])).rejects.toMatchObject({
      code: 'event_store_unavailable',
    });
  });

  it('serves many subscribers of one store, each at its own place', async () => {
    const { store } = underTest();
    const before = await store.head();
    const appends = keepAppending(store, 40);
    const seen = await Promise.all(
      Array.from({ length: 8 }, (_, n) => collectUntil(store, { after: before, limit: n + 1 }, appends)),
    );
    const all = await readToEnd(store, { after: before });
    for (const events of seen) expect(events).toEqual(all);
  });
}

/** Appends one after another to job and key streams in turn; answers the last position. */
async function keepAppending(store: EventStore, count: number): Promise<Position> {
  let last = await store.head();
  for (let n = 0; n < count; n++) {
    last = await appended(store, someStream(n % 2 === 0 ? 'apiKey-' : 'job-'), [someEvent({ n })]);
  }
  return last;
}

/** What a subscription delivers until it has passed the position that `end` resolves to. */
async function collectUntil(store: EventStore, read: LogRead, end: Promise<Position>): Promise<StoredEvent[]> {
  const abort = new AbortController();
  const events: StoredEvent[] = [];
  let target: Position | null = null;
  void end.then((position) => (target = position));
  for await (const page of store.subscribe({ ...read, signal: abort.signal })) {
    events.push(...page.events);
    if (target !== null && page.position >= target) abort.abort();
  }
  return events;
}

async function pagesOf(store: EventStore, subscription: LogRead & { signal: AbortSignal }): Promise<LogPage[]> {
  const pages: LogPage[] = [];
  for await (const page of store.subscribe(subscription)) pages.push(page);
  return pages;
}
