import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** What the key directory says of itself. */
export interface DirectoryFigures {
  readonly size: number;
  readonly stalenessSeconds: number;
}

/** What waits for workers and what they work on, of all organizations together. */
export interface JobQueueFigures {
  readonly queued: number;
  readonly pending: number;
  readonly processing: number;
  /** How long the job is due that waits longest; 0 where none is. */
  readonly oldestSeconds: number;
  /** Requests of workers that wait here for work. */
  readonly waitingWorkers: number;
}

/** What waits to be sent to receivers, of all organizations together. */
export interface DeliveryFigures {
  readonly pending: number;
  readonly inFlight: number;
  /** How long the delivery of an active endpoint is due that waits longest; 0 where none is. */
  readonly oldestSeconds: number;
  /** 1 where the fan-out has stopped here and will not go on by itself, else 0. */
  readonly fanOutStopped: 0 | 1;
}

/** What the publisher says of itself. */
export interface PublisherFigures {
  readonly lagSeconds: number;
  /** Places of the log that it has not looked at. */
  readonly backlog: number;
  /** Why it will not go on by itself; null while it does. */
  readonly error: string | null;
}

/** What a projection says of itself. */
export interface ProjectionFigures {
  readonly name: string;
  readonly lagSeconds: number;
  readonly parkedStreams: number;
  /** Why it will not go on by itself; null while it does. */
  readonly error: string | null;
}

/**
 * The metrics of a process, by name and with closed sets of labels. None is per organization or per key: those would
 * grow without bound, and tell whoever reads the metrics who is a customer.
 */
export class ProductMetrics {
  readonly #registry = new Registry();
  readonly #requests = new Counter({
    name: 'keyledger_http_requests_total',
    help: 'Requests answered, by route template and status.',
    labelNames: ['method', 'route', 'status'] as const,
    registers: [this.#registry],
  });
  readonly #durations = new Histogram({
    name: 'keyledger_http_request_duration_seconds',
    help: 'From the head of a request to the end of its answer.',
    labelNames: ['route'] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [this.#registry],
  });
  readonly #verifications = new Counter({
    name: 'keyledger_key_verifications_total',
    help: 'Verifications answered, by code.',
    labelNames: ['code'] as const,
    registers: [this.#registry],
  });
  readonly #verifyDurations = new Histogram({
    name: 'keyledger_key_verify_duration_seconds',
    help: 'Time to verify one key in process.',
    buckets: [0.000_005, 0.000_01, 0.000_02, 0.000_05, 0.000_1, 0.000_25, 0.001, 0.01, 0.1, 1],
    registers: [this.#registry],
  });
  readonly #denials = new Counter({
    name: 'keyledger_denials_total',
    help: 'Requests refused for who asked, by code.',
    labelNames: ['code'] as const,
    registers: [this.#registry],
  });
  readonly #leaseWaits = new Histogram({
    name: 'keyledger_job_lease_wait_seconds',
    help: 'From when a job was due to when an attempt at it began.',
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200],
    registers: [this.#registry],
  });
  readonly #attempts = new Counter({
    name: 'keyledger_job_attempts_total',
    help: 'Attempts that ended on this node, by outcome.',
    labelNames: ['outcome'] as const,
    registers: [this.#registry],
  });
  readonly #deliveryAttempts = new Counter({
    name: 'keyledger_webhook_attempts_total',
    help: 'Requests to receivers that ended on this node, by outcome: `delivered` or the class of the error.',
    labelNames: ['outcome'] as const,
    registers: [this.#registry],
  });
  readonly #endedStreams = new Counter({
    name: 'keyledger_live_event_streams_ended_total',
    help: 'Streams of live events that ended, by reason; `slow`: the reader was cut off.',
    labelNames: ['reason'] as const,
    registers: [this.#registry],
  });
  readonly #verificationCounters = new Map<string, Counter.Internal>();

  /** @param processMetrics whether memory, event loop lag and the like are among them; tests leave them out */
  constructor({ processMetrics = true }: { readonly processMetrics?: boolean } = {}) {
    if (processMetrics) collectDefaultMetrics({ register: this.#registry });
  }

  /**
   * One request was answered; `route` is the template, never the concrete path. `seconds` null: the answer was a stream,
   * which lasts as long as its reader likes.
   */
  answered(method: string, route: string, status: number, seconds: number | null): void {
    this.#requests.inc({ method, route, status });
    if (seconds !== null) this.#durations.observe({ route }, seconds);
  }

  /** One key was verified; on the hot path, so the counter of each code is looked up once. */
  verified(code: string, seconds: number): void {
    let counter = this.#verificationCounters.get(code);
    if (counter === undefined) {
      counter = this.#verifications.labels(code);
      this.#verificationCounters.set(code, counter);
    }
    counter.inc();
    this.#verifyDurations.observe(seconds);
  }

  /** One request was refused for its credential, its role or its scopes. */
  denied(code: string): void {
    this.#denials.inc({ code });
  }

  /** An attempt at a job began so long after the job was due. */
  leased(waitSeconds: number): void {
    this.#leaseWaits.observe(waitSeconds);
  }

  attemptEnded(outcome: 'completed' | 'failed' | 'lease_expired'): void {
    this.#attempts.inc({ outcome });
  }

  /** @param errorClass null: it was a success */
  deliveryAttempted(errorClass: string | null): void {
    this.#deliveryAttempts.inc({ outcome: errorClass ?? 'delivered' });
  }

  /** Deliveries as they were counted last. */
  watchDeliveries(figures: () => DeliveryFigures): void {
    const watch = (name: string, help: string, figure: (of: DeliveryFigures) => number): void =>
      this.#watch(name, help, [], (gauge) => gauge.set(figure(figures())));
    watch(
      'keyledger_webhook_deliveries_pending',
      'Deliveries that are not finished, 100,000 at most.',
      (of) => of.pending,
    );
    watch('keyledger_webhook_deliveries_in_flight', 'Deliveries that are being sent.', (of) => of.inFlight);
    watch(
      'keyledger_webhook_oldest_due_seconds',
      'How long the delivery of an active endpoint is due that waits longest.',
      (of) => of.oldestSeconds,
    );
    watch(
      'keyledger_webhook_fan_out_stopped',
      '1 where the fan-out has stopped here and will not go on by itself, else 0.',
      (of) => of.fanOutStopped,
    );
  }

  /** The queue as it was looked at last. */
  watchJobQueue(figures: () => JobQueueFigures): void {
    const watch = (name: string, help: string, figure: (of: JobQueueFigures) => number): void =>
      this.#watch(name, help, [], (gauge) => gauge.set(figure(figures())));
    watch('keyledger_jobs_queued', 'Jobs that are due and wait for a worker.', (of) => of.queued);
    watch('keyledger_jobs_pending', 'Jobs that wait for their time.', (of) => of.pending);
    watch('keyledger_jobs_processing', 'Jobs that an attempt runs at.', (of) => of.processing);
    watch(
      'keyledger_jobs_oldest_queued_seconds',
      'How long the job is due that waits longest.',
      (of) => of.oldestSeconds,
    );
    watch('keyledger_workers_waiting', 'Requests of workers that wait here for work.', (of) => of.waitingWorkers);
  }

  /** A stream of live events ended: its reader left, was too slow, or may no longer; or we could not go on, or stop. */
  liveStreamEnded(reason: 'client' | 'slow' | 'credential' | 'fault' | 'shutdown'): void {
    this.#endedStreams.inc({ reason });
  }

  watchLiveEvents(open: () => number): void {
    this.#watch('keyledger_live_event_streams', 'Streams of live events that are open.', [], (gauge) =>
      gauge.set(open()),
    );
  }

  /** Those of this process; read when the metrics are. */
  watchProjections(projections: () => readonly ProjectionFigures[]): void {
    const watch = (name: string, help: string, figure: (of: ProjectionFigures) => number): void =>
      this.#watch(name, help, ['projection'], (gauge) => {
        for (const projection of projections()) gauge.set({ projection: projection.name }, figure(projection));
      });
    watch('keyledger_projection_lag_seconds', 'Seconds by which a projection is behind.', (of) => of.lagSeconds);
    watch(
      'keyledger_projection_parked_streams',
      'Streams that a projection has set aside because of an event that it could not fold.',
      (of) => of.parkedStreams,
    );
    watch(
      'keyledger_projection_stopped',
      '1 where a projection has stopped here and will not go on by itself, else 0.',
      (of) => (of.error === null ? 0 : 1),
    );
  }

  /** That of this process; null before it runs. */
  watchPublisher(publisher: () => PublisherFigures | null): void {
    const watch = (name: string, help: string, figure: (of: PublisherFigures) => number): void =>
      this.#watch(name, help, [], (gauge) => {
        const figures = publisher();
        if (figures !== null) gauge.set(figure(figures));
      });
    watch('keyledger_publisher_lag_seconds', 'Seconds by which the publisher is behind.', (of) => of.lagSeconds);
    watch(
      'keyledger_publisher_backlog',
      'Places of the log that are not published yet: events on Postgres, bytes on EventStoreDB.',
      (of) => of.backlog,
    );
    watch(
      'keyledger_publisher_stopped',
      '1 where the publisher has stopped here and will not go on by itself, else 0.',
      (of) => (of.error === null ? 0 : 1),
    );
  }

  /** The newest position that this process knows of. */
  watchLog(position: () => number): void {
    this.#watch('keyledger_log_position', 'Newest position of the log known here.', [], (gauge) =>
      gauge.set(position()),
    );
  }

  watchDirectory(figures: () => DirectoryFigures): void {
    this.#watch('keyledger_key_directory_keys', 'Keys that the directory holds in memory.', [], (gauge) =>
      gauge.set(figures().size),
    );
    this.#watch('keyledger_key_directory_staleness_seconds', "Age of the directory's view of the log.", [], (gauge) =>
      gauge.set(figures().stalenessSeconds),
    );
  }

  watchAppendQueue(waiting: () => number): void {
    this.#watch('keyledger_append_queue_size', 'Appends that wait for their batch.', [], (gauge) =>
      gauge.set(waiting()),
    );
  }

  /** Everything in the text format of Prometheus. */
  async expose(): Promise<{ readonly contentType: string; readonly text: string }> {
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() };
  }

  #watch(name: string, help: string, labelNames: string[], read: (gauge: Gauge) => void): void {
    new Gauge({
      name,
      help,
      labelNames,
      registers: [this.#registry],
      collect() {
        this.reset();
        read(this);
      },
    });
  }
}
