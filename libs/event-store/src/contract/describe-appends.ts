import { NO_STREAM } from '../event-store.js';
import type { UnderTest } from './event-store-under-test.js';
import { appended, someEvent, someEvents, someStream } from './some-event.js';

/** Exact revisions, retries and concurrency of `append`. */
export function describeAppends(underTest: UnderTest): void {
  it('stores the first events of a stream with NO_STREAM and more after the exact revision', async () => {
    const { store } = underTest();
    const stream = someStream();
    expect(await store.append(stream, NO_STREAM, someEvents(2))).toMatchObject({ outcome: 'stored', revision: 1 });
    expect(await store.append(stream, 1, someEvents(1))).toMatchObject({ outcome: 'stored', revision: 2 });
    expect((await store.readStream(stream)).map(({ revision }) => revision)).toEqual([0, 1, 2]);
  });

  it.each([
    ['NO_STREAM where there are events', 2, NO_STREAM],
    ['a revision that was passed', 3, 1],
    ['a revision that is not reached', 2, 2],
    ['a revision of a stream that does not exist', 0, 0],
  ])('refuses %s and says where the stream stands', async (_, existing, expected) => {
    const { store } = underTest();
    const stream = someStream();
    if (existing > 0) await appended(store, stream, someEvents(existing));
    expect(await store.append(stream, expected, [someEvent()])).toEqual({
      outcome: 'wrong_expected_revision',
      actual: existing - 1,
    });
    expect(await store.readStream(stream)).toHaveLength(existing);
  });

  it('answers a retry at its revision as the first time, also when later events followed', async () => {
    const { store, another } = underTest();
    const stream = someStream();
    const events = someEvents(3);
    const first = await store.append(stream, NO_STREAM, events);
    expect(await store.append(stream, NO_STREAM, events)).toEqual(first);
    await appended(store, stream, someEvents(2), 2);
    expect(await (await another()).append(stream, NO_STREAM, events)).toEqual(first);
    expect(await store.readStream(stream)).toHaveLength(5);
  });

  it('keeps what was stored first when a retry carries other data', async () => {
    const { store } = underTest();
    const stream = someStream();
    const event = someEvent({ told: 'first' });
    await appended(store, stream, [event]);
    expect(
      await store.append(stream, NO_STREAM, [{ ...event, type: 'other', data: { told: 'second' } }]),
    ).toMatchObject({ outcome: 'stored', revision: 0 });
    expect(await store.readStream(stream)).toMatchObject([{ type: 'api_key.created', data: { told: 'first' } }]);
  });

  it('refuses a retry whose ids match only in part, or in another order', async () => {
    const { store } = underTest();
    const stream = someStream();
    const [a, b, other] = [someEvent(), someEvent(), someEvent()];
    await appended(store, stream, [a, b]);
    const refused = { outcome: 'wrong_expected_revision', actual: 1 };
    for (const events of [[a, other], [other, b], [b, a], [a, b, other], [b]]) {
      expect(await store.append(stream, NO_STREAM, events)).toEqual(refused);
    }
  });

  it('knows no retry at another revision or in another stream: there the same id is another event', async () => {
    const { store } = underTest();
    const [stream, elsewhere] = [someStream(), someStream()];
    const event = someEvent();
    await appended(store, stream, [event]);
    await appended(store, stream, [event], 0);
    await appended(store, elsewhere, [event]);
    expect(await store.readStream(stream)).toHaveLength(2);
    expect(await store.readStream(elsewhere)).toHaveLength(1);
  });

  it('has exactly one winner for each revision among concurrent appends of several clients to one stream', async () => {
    const { store, another } = underTest();
    const clients = [store, await another(), await another()];
    const stream = someStream();
    for (let expected = NO_STREAM; expected < 9; expected++) {
      const results = await Promise.all(
        Array.from({ length: 12 }, (_, n) => (clients[n % 3] ?? store).append(stream, expected, [someEvent({ n })])),
      );
      expect(results.filter(({ outcome }) => outcome === 'stored')).toHaveLength(1);
    }
    expect((await store.readStream(stream)).map(({ revision }) => revision)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('decides concurrent appends to one stream in the order in which one client asked', async () => {
    const { store } = underTest();
    const stream = someStream();
    const results = await Promise.all(
      [-1, 0, 1, 1, 2].map((expected) => store.append(stream, expected, [someEvent()])),
    );
    expect(results.map(({ outcome }) => outcome)).toEqual([
      ...['stored', 'stored', 'stored'],
      ...['wrong_expected_revision', 'stored'],
    ]);
  });

  it('fails no neighbour by a conflict when many streams are appended to at once', async () => {
    const { store } = underTest();
    const streams = Array.from({ length: 300 }, () => someStream());
    const results = await Promise.all(
      streams.map((stream, n) => store.append(stream, n % 3 === 0 ? 7 : NO_STREAM, someEvents(1 + (n % 4)))),
    );
    for (const [n, result] of results.entries()) {
      expect(result).toMatchObject(
        n % 3 === 0
          ? { outcome: 'wrong_expected_revision', actual: NO_STREAM }
          : { outcome: 'stored', revision: n % 4 },
      );
    }
  });

  it('stores all events of an append next to each other, or none', async () => {
    const { store, another } = underTest();
    const clients = [store, await another()];
    const before = await store.head();
    const streams = Array.from({ length: 40 }, () => someStream());
    await Promise.all(streams.map((stream, n) => appended(clients[n % 2] ?? store, stream, someEvents(5))));
    const { events } = await store.readAll({ after: before });
    for (let first = 0; first < events.length; first += 5) {
      const together = events.slice(first, first + 5);
      expect(new Set(together.map(({ stream }) => stream)).size).toBe(1);
      expect(together.map(({ revision }) => revision)).toEqual([0, 1, 2, 3, 4]);
    }
    expect(events).toHaveLength(200);
  });
}
