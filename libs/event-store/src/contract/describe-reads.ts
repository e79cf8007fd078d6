import { BEGINNING } from '../position.js';
import type { UnderTest } from './event-store-under-test.js';
import { expectHead } from './expect-head.js';
import { readToEnd } from './read-to-end.js';
import { appended, someEvent, someEvents, someStream } from './some-event.js';

/** `readStream`, `readAll` and `head`. */
export function describeReads(underTest: UnderTest): void {
  it('reads a stream both ways, from any revision, by pages', async () => {
    const { store } = underTest();
    const stream = someStream();
    await appended(store, stream, someEvents(10));
    const revisions = async (read: Parameters<typeof store.readStream>[1]): Promise<number[]> =>
      (await store.readStream(stream, read)).map(({ revision }) => revision);
    expect(await revisions({})).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(await revisions({ from: 4, limit: 3 })).toEqual([4, 5, 6]);
    expect(await revisions({ from: 8, limit: 3 })).toEqual([8, 9]);
    expect(await revisions({ from: 10 })).toEqual([]);
    expect(await revisions({ direction: 'backwards', limit: 2 })).toEqual([9, 8]);
    expect(await revisions({ direction: 'backwards', from: 7, limit: 3 })).toEqual([7, 6, 5]);
    expect(await revisions({ direction: 'backwards', from: 1, limit: 5 })).toEqual([1, 0]);
    expect(await revisions({ direction: 'backwards', from: 99, limit: 1 })).toEqual([9]);
  });

  it('fills a page of a stream up to its limit, however large the events are', async () => {
    const { store } = underTest();
    const stream = someStream();
    const filling = 'x'.repeat(20_000);
    for (let first = 0; first < 900; first += 45) {
      const events = Array.from({ length: 45 }, () => someEvent({ filling }));
      await appended(store, stream, events, first - 1);
    }
    const revisions = async (read: Parameters<typeof store.readStream>[1]): Promise<number[]> =>
      (await store.readStream(stream, read)).map(({ revision }) => revision);
    const all = Array.from({ length: 900 }, (_, revision) => revision);
    expect(await revisions({ limit: 899 })).toEqual(all.slice(0, 899));
    expect(await revisions({ limit: 899, direction: 'backwards' })).toEqual(all.slice(1).reverse());
    expect(await revisions({ from: 10, limit: 900 })).toEqual(all.slice(10));
  });

  it('reads an unknown stream as empty', async () => {
    expect(await underTest().store.readStream(someStream())).toEqual([]);
    expect(await underTest().store.readStream(someStream(), { direction: 'backwards' })).toEqual([]);
  });

  it('gives every event its stream, revision, position and the time it was taken', async () => {
    const { store } = underTest();
    const stream = someStream();
    const events = someEvents(2);
    const position = await appended(store, stream, events);
    const stored = await store.readStream(stream);
    expect(stored).toMatchObject(events.map((event, revision) => ({ ...event, stream, revision })));
    expect(stored[1]?.position).toBe(position);
    expect(Math.abs((stored[0]?.recordedAt ?? 0) - Date.now())).toBeLessThan(60_000);
  });

  it('reads all from any position on, in order, whatever the page size', async () => {
    const { store } = underTest();
    const before = await store.head();
    for (let n = 0; n < 12; n++) await appended(store, someStream(), someEvents(1 + (n % 3)));
    const all = await readToEnd(store, { after: before });
    expect(all.map(({ position }) => position)).toEqual([...all.map(({ position }) => position)].sort(ascending));
    expect(all).toHaveLength(24);
    for (const limit of [1, 2, 7, 24]) expect(await readToEnd(store, { after: before, limit })).toEqual(all);
    for (const [index, { position }] of all.entries()) {
      expect(await readToEnd(store, { after: position, limit: 5 })).toEqual(all.slice(index + 1));
    }
    expect((await readToEnd(store, { after: underTest().start ?? BEGINNING })).slice(-24)).toEqual(all);
    expect((await store.readAll({ after: BEGINNING, limit: 1 })).position > BEGINNING).toBe(true);
  }, 180_000);

  it('leaves out what the prefixes do not name and still moves on to the end', async () => {
    const { store } = underTest();
    const before = await store.head();
    const [kept, job, other] = [someStream(), someStream('job-'), someStream('other-')];
    for (const stream of [kept, other, job, other, other]) {
      const at = (await store.readStream(stream)).length - 1;
      await appended(store, stream, [someEvent({ stream })], at);
    }
    const page = await store.readAll({ after: before, prefixes: ['apiKey-', 'job-'] });
    expect(page.events.map(({ stream }) => stream)).toEqual([kept, job]);
    expect(page.caughtUp).toBe(true);
    expectHead(underTest(), await store.head(), page.position);
    for (const limit of [1, 2, 3]) {
      expect(await readToEnd(store, { after: before, prefixes: ['apiKey-', 'job-'], limit })).toEqual(page.events);
    }
    expect((await readToEnd(store, { after: before, prefixes: [] })).length).toBe(0);
    expect((await readToEnd(store, { after: before, prefixes: ['piKey-'] })).length).toBe(0);
  });

  it('says that it is caught up exactly when the page reached the end', async () => {
    const { store, headMovesByItself = false } = underTest();
    const before = await store.head();
    const position = await appended(store, someStream(), someEvents(4));
    expect((await store.readAll({ after: before, limit: 3 })).caughtUp).toBe(false);
    for (const [after, count] of [
      [before, 4],
      [position, 0],
    ] as const) {
      const page = await store.readAll({ after, limit: headMovesByItself ? 100 : 4 });
      expect(page.events).toHaveLength(count);
      expect(page.caughtUp).toBe(true);
      expectHead(underTest(), page.position, position);
    }
    expectHead(underTest(), await store.head(), position);
  });

  it('shows an append to every client as soon as it was answered', async () => {
    const { store, another } = underTest();
    const reader = await another();
    for (let n = 0; n < 20; n++) {
      const stream = someStream();
      const position = await appended(store, stream, someEvents(2));
      expect(await reader.readStream(stream)).toHaveLength(2);
      expect((await reader.head()) >= position).toBe(true);
    }
  });

  it('shows nothing that a later read does not show in the same place', async () => {
    const { store, another } = underTest();
    const [before, reader] = [await store.head(), await another()];
    const appends = Promise.all(Array.from({ length: 400 }, () => appended(store, someStream(), someEvents(3))));
    const early = [];
    for (let after = before; early.length < 600;) {
      const page = await reader.readAll({ after, limit: 50 });
      early.push(...page.events);
      after = page.position;
    }
    await appends;
    const all = await readToEnd(store, { after: before });
    expect(all).toHaveLength(1_200);
    expect(early).toEqual(all.slice(0, early.length));
  });
}

function ascending(a: bigint, b: bigint): number {
  return a < b ? -1 : 1;
}
