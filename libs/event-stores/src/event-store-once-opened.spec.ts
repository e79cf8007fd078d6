import { BEGINNING, InMemoryEventStore, type LogPage } from '#libs/event-store';
import { EventStoreOnceOpened } from './event-store-once-opened.js';
import type { ObservedEventStore } from './open-event-store.js';

const UNAVAILABLE = { code: 'event_store_unavailable' };

let store: EventStoreOnceOpened;
beforeEach(() => {
  store = new EventStoreOnceOpened();
});

class Observed extends InMemoryEventStore implements ObservedEventStore {
  figures() {
    return { head: BEGINNING, waitingAppends: 7 };
  }
}

async function firstPage(): Promise<LogPage | undefined> {
  const stopping = new AbortController();
  for await (const page of store.subscribe({ after: BEGINNING, signal: stopping.signal })) {
    stopping.abort();
    return page;
  }
  return undefined;
}

it('is out of reach until it was opened, and then the store itself', async () => {
  await expect(store.head()).rejects.toMatchObject(UNAVAILABLE);
  await expect(store.append('s', -1, [])).rejects.toMatchObject(UNAVAILABLE);
  await expect(store.readStream('s')).rejects.toMatchObject(UNAVAILABLE);
  await expect(store.readAll({ after: BEGINNING })).rejects.toMatchObject(UNAVAILABLE);
  await expect(firstPage()).rejects.toMatchObject(UNAVAILABLE);
  expect(store.figures().waitingAppends).toBe(0);

  await store.opened(new Observed());
  expect(await store.head()).toBe(BEGINNING);
  expect(await store.readStream('s')).toEqual([]);
  expect(await firstPage()).toMatchObject({ caughtUp: true });
  expect(store.figures().waitingAppends).toBe(7);
});

it('closes a store that was opened after it was closed itself', async () => {
  await store.close();
  const late = new Observed();
  await store.opened(late);
  await expect(late.head()).rejects.toMatchObject(UNAVAILABLE);
});
