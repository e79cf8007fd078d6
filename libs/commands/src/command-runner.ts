import { DomainRejection } from '#libs/domain';
import { BEGINNING, EventStoreUnavailable, NO_STREAM, type EventStore, type StoredEvent } from '#libs/event-store';
import { Backoff, pause } from '#libs/lifecycle';
import { correlatedBy, inSpan, streamCategory } from '#libs/observability';
import type { CommandOutcome, CommandRun } from './command-run.js';
import { outcomeOfEarlierAttempt } from './earlier-attempt.js';
import { eventsToStore } from './events-to-store.js';
import { NO_FAIL_POINT, type FailPoint } from './fail-point.js';
import { knownAfter, KnownStreams, type KnownStream } from './known-streams.js';
import { loadStream } from './load-stream.js';
import type { StreamEvent, StreamType } from './stream-type.js';

export interface CommandRunnerOptions {
  readonly store: EventStore;
  readonly clock: () => number;
  /** Milliseconds of a clock that only goes forward; default `performance.now`. */
  readonly monotonic?: () => number;
  /** Called with what was appended before `run` answers, so that this node acts on it at once. */
  readonly onAppended: (events: readonly StoredEvent[]) => void;
  readonly failPoint?: FailPoint;
}

/** What came of a command, and the stream after it as far as it is known; null for one that does not exist. */
interface Attempt<State> {
  readonly outcome: CommandOutcome<State>;
  readonly known: KnownStream<State> | null;
  /** It was read: an earlier attempt at the command had stored it. */
  readonly isOfEarlier?: boolean;
}

const MOST_ATTEMPTS = 8;

/** A lock left by a dead process ends after 30 s; past a part of that, somebody may have taken the command over. */
const ALONE_FOR_MS = 10_000;

/** Load, fold, decide, append at the exact revision; decide anew when another command was faster. */
export class CommandRunner {
  readonly #streams: KnownStreams;
  readonly #monotonic: () => number;

  constructor(private readonly options: CommandRunnerOptions) {
    this.#monotonic = options.monotonic ?? (() => performance.now());
    this.#streams = new KnownStreams(options.store, this.#monotonic);
  }

  /**
   * Carries out one command on one stream with one append.
   * @throws DomainRejection as the decider refuses
   * @throws EventStoreUnavailable when the store is out of reach, or other commands were faster every time
   */
  run<Command, Event extends StreamEvent, State>(
    run: CommandRun<Command, Event, State>,
  ): Promise<CommandOutcome<State>> {
    const category = streamCategory(run.stream);
    const attributes = { 'keyledger.stream_category': category, ...correlatedBy(run.metadata.correlation_id) };
    const isAnswer = (thrown: unknown): boolean => thrown instanceof DomainRejection;
    return inSpan(`command ${category}`, { attributes, isAnswer }, async (span) => {
      const attempt = (await this.#attemptOnKnown(run)) ?? (await this.#attemptOnRead(run));
      const outcome = await this.#settle(run, attempt);
      span.setAttribute('keyledger.events', outcome.events.length);
      return outcome;
    });
  }

  /**
   * A stream as it stands, for a policy that has to look before its command runs; an unknown one, and one of another
   * organization, is in its initial state.
   * @throws EventStoreUnavailable
   */
  async look<Command, Event extends StreamEvent, State>(
    type: StreamType<Command, Event, State>,
    stream: string,
    orgId: string,
  ): Promise<State> {
    const current = await this.#streams.recallCurrent<State>(stream);
    const known = current ?? knownAfter(type, null, await loadStream(this.options.store, stream));
    if (known !== null) this.#streams.remember(stream, known);
    return known?.orgId === orgId ? known.state : type.decider.initialState;
  }

  /** On the stream as it was met last, or as one that does not exist yet. Null where it has to be read after all. */
  async #attemptOnKnown<Command, Event extends StreamEvent, State>(
    run: CommandRun<Command, Event, State>,
  ): Promise<Attempt<State> | null> {
    if (run.repeated) return null;
    if (run.startsStream === true) return this.#attempt(run, null);
    const known = await this.#streams.recall<State>(run.stream);
    // What is known of the stream may then hold this very command.
    if (known === null || this.#mayBeTakenOver(run)) return null;
    try {
      const attempt = await this.#attempt(run, known);
      if (attempt === null || attempt.outcome.events.length > 0) return attempt;
      return (await this.#streams.isCurrent(run.stream, known)) ? attempt : null;
    } catch (error) {
      // A refusal holds where it is about the stream as it is.
      if (error instanceof EventStoreUnavailable || (await this.#streams.isCurrent(run.stream, known))) throw error;
      return null;
    }
  }

  async #attemptOnRead<Command, Event extends StreamEvent, State>(
    run: CommandRun<Command, Event, State>,
  ): Promise<Attempt<State>> {
    const backoff = new Backoff({ firstMs: 10, longestMs: 1_000, jitter: 1 });
    for (let attempts = 0; attempts < MOST_ATTEMPTS; attempts++) {
      if (attempts > 0) await pause(backoff.failed());
      const stored = await loadStream(this.options.store, run.stream);
      const known = knownAfter(run.type, null, stored);
      const earlier = known?.orgId === run.metadata.org_id ? outcomeOfEarlierAttempt(run, stored) : null;
      if (earlier !== null) return { outcome: earlier, known, isOfEarlier: true };
      const attempt = await this.#attempt(run, known);
      if (attempt !== null) return attempt;
    }
    throw new EventStoreUnavailable(`${MOST_ATTEMPTS} attempts at ${run.stream} each met a faster command`);
  }

  /** Decides on what is known, and appends. Null where another command was faster. */
  async #attempt<Command, Event extends StreamEvent, State>(
    run: CommandRun<Command, Event, State>,
    known: KnownStream<State> | null,
  ): Promise<Attempt<State> | null> {
    const { store, clock, failPoint = NO_FAIL_POINT } = this.options;
    // For this caller a stream of another organization does not exist: the decider refuses, or nothing happens.
    const isForeign = known !== null && known.orgId !== run.metadata.org_id;
    const state = known === null || isForeign ? run.type.decider.initialState : known.state;
    const now = Math.max(clock(), known === null || isForeign ? 0 : known.occurredAt);
    const decided = run.type.decider.decide(run.command(now), state);
    if (decided.length === 0) {
      const position = known === null || isForeign ? BEGINNING : known.position;
      return { outcome: { state, events: [], position, decidedAt: now }, known };
    }
    if (isForeign) throw new Error(`${run.stream} belongs to another organization`);
    const toStore = eventsToStore(run, decided, now);
    const expected = known?.revision ?? NO_STREAM;
    const result = await store.append(run.stream, expected, toStore);
    if (result.outcome === 'wrong_expected_revision') return null;
    failPoint('appended');
    const events = toStore.map((event, index) => ({
      ...event,
      stream: run.stream,
      revision: expected + 1 + index,
      position: result.position,
      recordedAt: now,
    }));
    const after = knownAfter(run.type, known, events);
    return {
      outcome: { state: after?.state ?? state, events, position: result.position, decidedAt: now },
      known: after,
    };
  }

  /** Has this node act on what came of it, and remembers it. */
  async #settle<Command, Event extends StreamEvent, State>(
    run: CommandRun<Command, Event, State>,
    { outcome, known, isOfEarlier }: Attempt<State>,
  ): Promise<CommandOutcome<State>> {
    const { store, onAppended } = this.options;
    // Somebody may have stored the same ids first, decided at another instant: then theirs are the events.
    const mayBeTheirs =
      outcome.events.length > 0 && isOfEarlier !== true && (run.repeated || this.#mayBeTakenOver(run));
    const first = mayBeTheirs ? outcomeOfEarlierAttempt(run, await loadStream(store, run.stream)) : null;
    if (!mayBeTheirs && known !== null) this.#streams.remember(run.stream, known);
    const settled = first ?? outcome;
    if (settled.events.length > 0) onAppended(settled.events);
    return settled;
  }

  #mayBeTakenOver({ begunAt }: Pick<CommandRun<never, never, never>, 'begunAt'>): boolean {
    return begunAt !== undefined && this.#monotonic() - begunAt > ALONE_FOR_MS;
  }
}
