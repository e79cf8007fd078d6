import { createPool } from '#libs/postgres';
import { Publisher, type PublisherOptions, type PublisherStatus } from './publisher.js';

export interface CreatePublisherOptions extends Omit<PublisherOptions, 'pool'> {
  /** The owner's URL of the database that keeps the checkpoint, to which `projectorMigrations` are applied. */
  readonly ownerUrl: string;
}

/** Publishes the log on the bus for as long as it runs. */
export interface RunningPublisher {
  start(): void;
  /** Finishes the page in hand and closes its connections, also when it is asked to again; event store and bus stay the caller's to close. */
  stop(): Promise<void>;
  status(): PublisherStatus;
}

/** Another process may run the same: one publishes, the others stand by. */
export function createPublisher({ ownerUrl, ...options }: CreatePublisherOptions): RunningPublisher {
  const pool = createPool({
    ownerUrl,
    role: 'projector',
    // One for the owner, one to renew its lease.
    max: 2,
    onIdleError: (error) => options.logger.warn({ error: error.message }, 'idle publisher connection lost'),
  });
  const publisher = new Publisher({ ...options, pool });
  let stopped: Promise<void> | null = null;
  return {
    start: () => publisher.start(),
    stop: () => (stopped ??= publisher.stop().then(() => pool.end())),
    status: () => publisher.status(),
  };
}
