import { JetStreamApiError, type JetStreamManager } from '@nats-io/jetstream';
import { CONSUMER, consumerConfig, STREAM, STREAM_CONFIG } from './jet-stream-names.js';

/** What the server says of what it does not have. */
const STREAM_NOT_FOUND = 10_059;
const CONSUMER_NOT_FOUND = 10_014;

/** Makes the stream where it is missing. One that is there stays as it is: its operator may have given it replicas. */
export async function ensureStream(manager: JetStreamManager): Promise<void> {
  await unlessFound(STREAM_NOT_FOUND, () => manager.streams.info(STREAM), {
    make: () => manager.streams.add({ ...STREAM_CONFIG, subjects: [...STREAM_CONFIG.subjects] }),
  });
}

/** Makes stream and consumer where they are missing; several processes may at once. */
export async function ensureConsumer(manager: JetStreamManager, ackWaitMs: number): Promise<void> {
  await ensureStream(manager);
  await unlessFound(CONSUMER_NOT_FOUND, () => manager.consumers.info(STREAM, CONSUMER), {
    make: () => manager.consumers.add(STREAM, consumerConfig(ackWaitMs)),
  });
}

async function unlessFound(
  notFound: number,
  find: () => Promise<unknown>,
  { make }: { readonly make: () => Promise<unknown> },
): Promise<void> {
  try {
    await find();
  } catch (error) {
    if (!(error instanceof JetStreamApiError) || error.code !== notFound) throw error;
    await make();
  }
}
