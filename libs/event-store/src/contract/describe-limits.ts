import fc from 'fast-check';
import type { JsonObject } from '#libs/domain';
import { EventTooLarge, InvalidAppend } from '../errors.js';
import { MAX_APPEND_BYTES } from '../assert-appendable.js';
import { NO_STREAM, type EventToStore } from '../event-store.js';
import type { UnderTest } from './event-store-under-test.js';
import { expectHead } from './expect-head.js';
import { readToEnd } from './read-to-end.js';
import { appended, someEvent, someEvents, someStream } from './some-event.js';

/** Sizes, names and contents that an adapter may be tempted to treat differently. */
export function describeLimits(underTest: UnderTest): void {
  it('takes an append of exactly 1,000,000 bytes and refuses one more, over all events and in UTF-8', async () => {
    const { store } = underTest();
    const stream = someStream();
    const largest = [...someEvents(3), filledUp('€', MAX_APPEND_BYTES - sizeOf(someEvents(3)))];
    expect(sizeOf(largest)).toBe(MAX_APPEND_BYTES);
    await appended(store, stream, largest);
    expect((await store.readStream(stream)).map(({ data }) => data)).toEqual(largest.map(({ data }) => data));
    const tooLarge = [...someEvents(3), filledUp('€', MAX_APPEND_BYTES + 1 - sizeOf(someEvents(3)))];
    await expect(store.append(someStream(), NO_STREAM, tooLarge)).rejects.toThrow(EventTooLarge);
  });

  it.each<[string, string, number, EventToStore[]]>([
    ['no event', 's', NO_STREAM, []],
    ['a revision below NO_STREAM', 's', -2, [someEvent()]],
    ['half a revision', 's', 0.5, [someEvent()]],
    ['an id that is no uuid', 's', NO_STREAM, [someEvent({}, 'evt_1')]],
    ['the nil uuid', 's', NO_STREAM, [someEvent({}, '00000000-0000-0000-0000-000000000000')]],
    ['an empty type', 's', NO_STREAM, [{ ...someEvent(), type: '' }]],
    ['an empty stream name', '', NO_STREAM, [someEvent()]],
    ['NUL in a stream name', 'a\u0000b', NO_STREAM, [someEvent()]],
    ['a line break in a stream name', 'a\nb', NO_STREAM, [someEvent()]],
    ['a lone surrogate in a stream name', 'a\ud800', NO_STREAM, [someEvent()]],
    ['a stream name of 1,001 bytes', 'é'.repeat(500) + 'a', NO_STREAM, [someEvent()]],
    ['a stream of the store itself', '$settings', NO_STREAM, [someEvent()]],
    ['a type of the store itself', 's', NO_STREAM, [{ ...someEvent(), type: '$>' }]],
  ])('refuses %s with an error of its own', async (_, stream, expected, events) => {
    await expect(underTest().store.append(stream, expected, events)).rejects.toThrow(InvalidAppend);
  });

  it.each([
    ['quotes and backslashes', `"'\\{},`],
    ['spaces', ' a  b '],
    ['percent and underscore', '%_%'],
    ['scripts of the world', 'ключ-鍵-🔑'],
    ['a name of 1,000 bytes', 'n'.repeat(961)],
  ])('takes a stream name that holds %s for what it is', async (_, awkward) => {
    const { store } = underTest();
    const before = await store.head();
    const stream = someStream() + awkward;
    await appended(store, stream, [someEvent({ stream })]);
    await appended(store, someStream(), [someEvent()]);
    expect(await store.readStream(stream)).toMatchObject([{ stream, data: { stream } }]);
    expect(await store.readStream(stream.slice(0, -1))).toEqual([]);
    expect((await store.readAll({ after: before, prefixes: [stream] })).events).toMatchObject([{ stream }]);
  });

  it('gives data and metadata back as they were, whatever characters and numbers they hold', async () => {
    const { store } = underTest();
    const stream = someStream();
    const texts = ['\u0000', '\ud800', '\udc00\ud800', '🔑', '\u2028', '\\n', '\n\r\t', `"'\\`, '{}', '', '__proto__'];
    const numbers = [0, -0.5, 1e21, 5e-324, Number.MAX_SAFE_INTEGER, 0.1 + 0.2];
    const data = { texts, numbers, 'ключ \u0000 "': { nested: [[], {}, null, true, [[['deep']]]] }, '': 'empty name' };
    const event = { ...someEvent(data), metadata: { ...someEvent().metadata, reason: texts.join('|') } };
    await appended(store, stream, [event]);
    const [stored] = await store.readStream(stream);
    expect(stored).toMatchObject({ ...event, stream, revision: 0 });
    expect(stored?.data).toEqual(data);
  });

  it('keeps any JSON', async () => {
    const { store } = underTest();
    const value = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ stringUnit: 'binary' }));
    await fc.assert(
      fc.asyncProperty(fc.array(value, { minLength: 1, maxLength: 5 }), async (values) => {
        const stream = someStream();
        const written = values.map((data) => JSON.stringify(data));
        await appended(
          store,
          stream,
          written.map((json) => someEvent(JSON.parse(json) as JsonObject)),
        );
        expect((await store.readStream(stream)).map(({ data }) => JSON.stringify(data))).toEqual(written);
      }),
      { numRuns: 50 },
    );
  });

  it('holds a hundred thousand events, or as many as it was made for', async () => {
    const { store, manyEvents = 100_000 } = underTest();
    const before = await store.head();
    const prefix = someStream();
    const events = Array.from({ length: 10 }, (_, number) => ({ number }));
    const rounds = manyEvents / 5_000;
    for (let round = 0; round < rounds; round++) {
      const streams = Array.from({ length: 500 }, (_, n) => `${prefix}-${round}-${n}`);
      await Promise.all(
        streams.map((stream) =>
          appended(
            store,
            stream,
            events.map((data) => someEvent(data)),
          ),
        ),
      );
    }
    const stored = await readToEnd(store, { after: before, limit: 10_000 });
    expect(stored).toHaveLength(rounds * 5_000);
    const revisions = new Map<string, number>();
    let last = before;
    const wrong = stored.filter(({ stream, revision, position, data }) => {
      const fits = position > last && revision === (revisions.get(stream) ?? -1) + 1 && data['number'] === revision;
      revisions.set(stream, revision);
      last = position;
      return !fits;
    });
    expect(wrong).toEqual([]);
    expectHead(underTest(), await store.head(), last);
  }, 180_000);
}

function sizeOf(events: readonly EventToStore[]): number {
  return events.reduce(
    (sum, { data, metadata }) =>
      sum + Buffer.byteLength(JSON.stringify(data)) + Buffer.byteLength(JSON.stringify(metadata)),
    0,
  );
}

/** An event of exactly that many bytes, filled with a character of three bytes as far as it goes. */
function filledUp(character: string, bytes: number): EventToStore {
  const missing = bytes - sizeOf([someEvent({ filling: '' })]);
  const width = Buffer.byteLength(character);
  return someEvent({ filling: character.repeat(missing / width) + '.'.repeat(missing % width) });
}
