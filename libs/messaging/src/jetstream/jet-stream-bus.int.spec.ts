import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { SILENT, type Logger } from '#libs/observability';
import { describeWithNats, eventually, NatsServer } from '#libs/testing';
import { chain } from '../contract/chain.js';
import { describeMessageBus } from '../contract/describe-message-bus.js';
import { Reader } from '../contract/reader.js';
import { JetStreamBus } from './jet-stream-bus.js';
import { natsAddress } from './nats-address.js';

const ACK_WAIT_MS = 1_000;

describeWithNats('against nats-server', () => {
  describeMessageBus('JetStreamBus', async () => {
    const server = await NatsServer.start();
    const bus = new JetStreamBus({ url: server.url, logger: SILENT, ackWaitMs: ACK_WAIT_MS });
    return { bus, dispose: () => bus.close().then(() => server.dispose()) };
  });

  describe('what goes wrong with the server', () => {
    let server: NatsServer;
    let bus: JetStreamBus;
    let reader: Reader;
    const lines: string[] = [];
    const noting = (fields: object, message: string): void => {
      const shown = Object.values(fields).map((value: unknown) =>
        value instanceof Error ? told(value) : String(value),
      );
      lines.push([message, ...shown].join(' '));
    };
    const logger: Logger = { debug: noting, info: noting, warn: noting, error: noting };
    const opened = (options: { readonly url?: string; readonly publishWithinMs?: number } = {}) =>
      new JetStreamBus({ url: server.url, logger, ackWaitMs: ACK_WAIT_MS, ...options });
    const published = (messages: ReturnType<typeof chain>) =>
      eventually('a server that takes it', () => bus.publish(messages).then(() => true, refused));
    const positions = () => new Set(reader.messages.map(({ position }) => position));
    const arrives = (messages: ReturnType<typeof chain>) =>
      eventually('the messages', () => (messages.every(({ position }) => positions().has(position)) ? true : null));

    beforeEach(async () => {
      lines.splice(0);
      server = await NatsServer.prepare();
      bus = opened();
    });
    afterEach(async () => {
      await reader.stop();
      await bus.close();
      await server.dispose();
      expect(lines.filter((line) => line.includes('s3cret'))).toEqual([]);
    });

    it('waits for one that is not there yet', async () => {
      reader = new Reader(bus);
      await expect(bus.publish(chain(1))).rejects.toMatchObject({ code: 'bus_unavailable' });
      await eventually(
        'a line about it',
        () => lines.find((line) => line.startsWith('nothing comes from the bus')) ?? null,
      );
      await server.launch();
      await published(chain(3));
      await arrives(chain(3));
    });

    it('goes on after a restart, with what was published before it', async () => {
      await server.launch();
      await bus.publish(chain(3));
      await server.kill();
      const hasty = opened({ publishWithinMs: 200 });
      await expect(hasty.publish(chain(1))).rejects.toMatchObject({ code: 'bus_unavailable' });
      await hasty.close();
      await server.launch();
      reader = new Reader(bus);
      await arrives(chain(3));
      await published(chain(6).slice(3));
      await arrives(chain(6));
    });

    it('makes stream and consumer anew where its volume was wiped while both sides were connected', async () => {
      await server.launch();
      reader = new Reader(bus);
      await bus.publish(chain(3));
      await arrives(chain(3));
      await server.wipe();
      await published(chain(6).slice(3));
      await arrives(chain(6));
    });

    it('makes a stream anew that was deleted, also where nobody reads', async () => {
      await server.launch();
      await bus.publish(chain(3));
      await withManager((manager) => manager.streams.delete('KEYLEDGER'));
      await bus.publish(chain(6).slice(3));
      reader = new Reader(bus);
      await arrives(chain(6).slice(3));
      await withManager((manager) => manager.streams.delete('KEYLEDGER'));
      await eventually('a subscription to the new stream', async () => {
        await bus.publish(chain(7).slice(6));
        return positions().has('70') ? true : null;
      });
    });

    it('gives up at its deadline on one that has frozen, and goes on with it', async () => {
      await server.launch();
      await bus.close();
      bus = opened({ publishWithinMs: 500 });
      reader = new Reader(bus);
      await bus.publish(chain(3));
      await arrives(chain(3));
      server.freeze();
      await expect(bus.publish(chain(4).slice(3))).rejects.toMatchObject({ code: 'bus_unavailable' });
      server.thaw();
      await published(chain(4).slice(3));
      await arrives(chain(4));
    });

    it('keeps one message of each that is published again, under the type it is of', async () => {
      await server.launch();
      await bus.publish(chain(9));
      await bus.publish(chain(9));
      const { state } = await withManager((manager) => manager.streams.info('KEYLEDGER', { subjects_filter: '>' }));
      expect(state.messages).toBe(9);
      expect(Object.keys((state as { subjects?: object }).subjects ?? {}).sort()).toEqual([
        'keyledger.v1.endpoint',
        'keyledger.v1.none',
        'keyledger.v1.webhook.disabled',
      ]);
      reader = new Reader(bus);
      await arrives(chain(9));
      expect(reader.messages).toHaveLength(9);
    });

    it('passes over what is no message of ours', async () => {
      await server.launch();
      await bus.publish(chain(1));
      await withConnection(async (connection) => {
        for (const text of ['', '{', '[]', '{"position":1}']) connection.publish('keyledger.v1.none', text);
        await connection.flush();
      });
      await bus.publish(chain(2).slice(1));
      reader = new Reader(bus);
      await arrives(chain(2));
      expect(reader.messages).toEqual(chain(2));
      expect(lines.filter((line) => line.startsWith('a message on the bus is not ours'))).toHaveLength(4);
    });

    it('says that it is refused, and nothing of the password', async () => {
      await server.launch();
      await bus.close();
      bus = opened({ url: server.urlWith('an0ther-s3cret') });
      reader = new Reader(bus);
      const error = await bus.publish(chain(1)).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'bus_unavailable' });
      expect(told(error)).not.toContain('s3cret');
      await eventually(
        'a line about it',
        () => lines.find((line) => line.startsWith('nothing comes from the bus')) ?? null,
      );
    });

    async function withConnection<T>(work: (connection: NatsConnection) => Promise<T>): Promise<T> {
      const connection = await connect(natsAddress(server.url));
      return work(connection).finally(() => connection.close());
    }
    const withManager = <T>(work: (manager: Awaited<ReturnType<typeof jetstreamManager>>) => Promise<T>) =>
      withConnection(async (connection) => work(await jetstreamManager(connection)));
  });
});

function refused(error: unknown): null {
  expect(error).toMatchObject({ code: 'bus_unavailable' });
  return null;
}

/** Everything that an error says, with all its causes. */
function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return [error.stack, JSON.stringify(error), error.cause === undefined ? '' : told(error.cause)].join('\n');
}
