import { eventually } from '#libs/testing';
import type { LogMessage } from '#libs/contracts';
import type { MessageBus } from '../message-bus.js';
import { chain } from './chain.js';
import { Reader } from './reader.js';

/** What a contract run needs of an adapter. */
export interface MessageBusUnderTest {
  readonly bus: MessageBus;
  /** Closes it and throws away what it holds. */
  readonly dispose: () => Promise<void>;
}

/** The contract that every adapter keeps: call it in a spec of the adapter. Each test opens a bus with nothing on it. */
export function describeMessageBus(name: string, open: () => Promise<MessageBusUnderTest>): void {
  describe(`${name} keeps the contract of the message bus`, () => {
    let opened: MessageBusUnderTest | null = null;
    let readers: Reader[] = [];
    beforeEach(async () => {
      opened = await open();
      readers = [];
    });
    afterEach(async () => {
      await Promise.all(readers.map((reader) => reader.stop()));
      await opened?.dispose();
    });
    const bus = (): MessageBus => {
      if (opened === null) throw new Error('the bus under test is not open');
      return opened.bus;
    };
    const reader = (options: { readonly acks?: boolean } = {}): Reader => {
      const made = new Reader(bus(), options);
      readers.push(made);
      return made;
    };
    const has = (messages: readonly LogMessage[]) => (some: Reader) =>
      eventually(`${messages.length} messages`, () => (some.messages.length >= messages.length ? some.messages : null));

    it('hands out what was published, unchanged and in order', async () => {
      const messages = chain(50);
      const subscribed = reader();
      for (const message of messages.slice(0, 10)) await bus().publish([message]);
      await bus().publish(messages.slice(10));
      await bus().publish([]);
      expect(await has(messages)(subscribed)).toEqual(messages);
    });

    it('keeps what is published while nobody is there', async () => {
      const messages = chain(20);
      await bus().publish(messages);
      expect(await has(messages)(reader())).toEqual(messages);
    });

    it('hands out again what was not acknowledged, and nothing else', async () => {
      const messages = chain(30);
      const first = reader();
      await bus().publish(messages.slice(0, 10));
      await has(messages.slice(0, 10))(first);
      await first.stop();
      const hanging = reader({ acks: false });
      await bus().publish(messages.slice(10));
      await has(messages.slice(10))(hanging);
      await hanging.stop();
      const next = reader();
      expect(await has(messages.slice(10))(next)).toEqual(messages.slice(10));
    });

    it('shares what there is between subscribers', async () => {
      const messages = chain(200);
      const [one, two] = [reader(), reader()];
      for (const message of messages) await bus().publish([message]);
      const all = await eventually('all messages', () => {
        const both = [...one.messages, ...two.messages];
        return both.length >= messages.length ? both : null;
      });
      expect(new Set(all.map(({ position }) => position))).toEqual(new Set(messages.map(({ position }) => position)));
    });

    it('lets a reader see that it missed something where it did, and shows the newest in any case', async () => {
      const messages = chain(5_000);
      const published = new Map(messages.map((message) => [message.position, message]));
      for (let from = 0; from < messages.length; from += 500) await bus().publish(messages.slice(from, from + 500));
      const late = reader();
      const last = messages.at(-1)?.position;
      await eventually('the newest message', () => (late.messages.at(-1)?.position === last ? true : null));
      const received = late.messages;
      expect(received).toEqual(received.map(({ position }) => published.get(position)));
      const places = received.map(({ position }) => Number(position));
      expect(places).toEqual([...places].sort((a, b) => a - b));
    });

    it('lets a reader see that a message was too large, and goes on', async () => {
      const [before, large, after] = chain(3, (index) => (index === 1 ? 'x'.repeat(2_000_000) : ''));
      if (before === undefined || large === undefined || after === undefined) throw new Error('the chain is too short');
      const subscribed = reader();
      await bus().publish([before, large, after]);
      const received = await has([before, after])(subscribed);
      expect([received[0], received.at(-1)]).toEqual([before, after]);
      const between = received.slice(1, -1);
      for (const message of between) expect([large.position]).toContain(message.position);
      // Whole, or naming a predecessor that nobody has.
      expect(between.every(({ content, previous }) => content !== null || previous === large.position)).toBe(true);
    });

    it('ends a subscription that waits when its signal fires, without an error', async () => {
      const waiting = reader();
      await bus().publish(chain(1));
      await has(chain(1))(waiting);
      await expect(waiting.stop()).resolves.toBeUndefined();
      await expect(reader().stop()).resolves.toBeUndefined();
    });

    it('ends all subscriptions when it is closed, and takes nothing more', async () => {
      const waiting = reader();
      await bus().publish(chain(1));
      await has(chain(1))(waiting);
      await bus().close();
      await expect(waiting.ended).resolves.toBeUndefined();
      await expect(bus().publish(chain(1))).rejects.toMatchObject({ code: 'bus_unavailable' });
      await expect(reader().ended).resolves.toBeUndefined();
    });
  });
}
