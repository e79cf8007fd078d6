import { DomainRejection, type EventMetadata } from '#libs/domain';
import {
  BEGINNING,
  EventStoreUnavailable,
  NO_STREAM,
  type EventStore,
  type Position,
  type StoredEvent,
} from '#libs/event-store';
import { Backoff, pause } from '#libs/lifecycle';
import { correlatedBy, inSpan, streamCategory } from '#libs/observability';
import { eventId } from './event-id.js';
import { NO_FAIL_POINT, type FailPoint } from './fail-point.js';
import { loadStream } from './load-stream.js';
import type { DomainEvent, StreamType } from './stream-type.js';

/** Everything of an event's metadata that does not depend on the decision. */
export type CommandMetadata = Omit<EventMetadata, 'occurred_at' | 'schema_version' | 'causation_id'>;

export interface CommandRun<Command, Event extends DomainEvent, State> {
  readonly type: StreamType<Command, Event, State>;
  readonly stream: string;
  /** The same for every attempt at this command, however many processes try it. */
  readonly commandId: string;
  readonly metadata: CommandMetadata;
  /** The command at the instant of the decision, Unix milliseconds. */
  readonly command: (now: number) => Command;
  /** The stream's name was just made up, so it is taken to be empty until the append says otherwise. */
  readonly startsStream?: boolean;
  /** An earlier attempt at this command, here or in a process that may still live, may have appended already. */
  readonly repeated: boolean;
}

export interface CommandOutcome<State> {
  /** Right after the command's own events; as it was read, where it appended none. */
  readonly state: State;
  /** What the command stored, now or in an earlier attempt; empty where there was nothing to change. */
  readonly events: readonly StoredEvent[];
  /** The newest position that the state was read at. */
  readonly position: Position;
  /** The instant of the decision that holds, Unix milliseconds. */
  readonly decidedAt: number;
}

export interface CommandRunnerOptions {
  readonly store: EventStore;
  readonly clock: () => number;
  /** Called with what was appended before `run` answers, so that this node acts on it at once. */
  readonly onAppended: (events: readonly StoredEvent[]) => void;
  readonly failPoint?: FailPoint;
}

const MOST_ATTEMPTS = 8;

/** A lock left by a dead process ends after 30 s; past a part of that, somebody may have taken the command over. */
const ALONE_FOR_MS = 10_000;

/** Load, fold, decide, append at the exact revision; decide anew when another command was faster. */
export class CommandRunner {
  constructor(private readonly options: CommandRunnerOptions) {}

  /**
   * Carries out one command on one stream with one append.
   * @throws DomainRejection as the decider refuses
   * @throws EventStoreUnavailable when the store is out of reach, or other commands were faster every time
   */
  run<Command, Event extends DomainEvent, State>(
    run: CommandRun<Command, Event, State>,
  ): Promise<CommandOutcome<State>> {
    const category = streamCategory(run.stream);
    const attributes = { 'keyledger.stream_category': category, ...correlatedBy(run.metadata.correlation_id) };
    const isAnswer = (thrown: unknown): boolean => thrown instanceof DomainRejection;
    return inSpan(`command ${category}`, { attributes, isAnswer }, async (span) => {
      const outcome = await this.#run(run);
      span.setAttribute('keyledger.events', outcome.events.length);
      return outcome;
    });
  }

  async #run<Command, Event extends DomainEvent, State>(
    run: CommandRun<Command, Event, State>,
  ): Promise<CommandOutcome<State>> {
    const { store, clock, onAppended, failPoint = NO_FAIL_POINT } = this.options;
    const startedAt = clock();
    const backoff = new Backoff({ firstMs: 10, longestMs: 1_000, jitter: 1 });
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      if (attempt > 0) await pause(backoff.failed());
      const skipLoad = run.startsStream === true && attempt === 0 && !run.repeated;
      const stored = skipLoad ? [] : await loadStream(store, run.stream);
      if (stored.some((event) => event.metadata.org_id !== run.metadata.org_id)) return this.#outcomeOfForeign(run);
      const earlier = this.#outcomeOfEarlierAttempt(run, stored);
      if (earlier !== null) {
        onAppended(earlier.events);
        return earlier;
      }
      const state = this.#fold(run, stored);
      const last = stored.at(-1);
      const now = Math.max(clock(), last === undefined ? 0 : Date.parse(last.metadata.occurred_at));
      const decided = run.type.decider.decide(run.command(now), state);
      if (decided.length === 0) return { state, events: [], position: last?.position ?? BEGINNING, decidedAt: now };
      const toStore = decided.map((event, index) => ({
        id: eventId(run.commandId, index),
        type: event.type,
        data: event.data,
        metadata: {
          ...run.metadata,
          causation_id: run.commandId,
          schema_version: run.type.schemaVersion(event.type),
          occurred_at: new Date(now).toISOString(),
        },
      }));
      const expected = last?.revision ?? NO_STREAM;
      const result = await store.append(run.stream, expected, toStore);
      if (result.outcome === 'wrong_expected_revision') continue;
      failPoint('appended');
      // Somebody may have stored the same ids first, decided at another instant: then theirs are the events.
      if (run.repeated || clock() - startedAt > ALONE_FOR_MS) {
        const first = this.#outcomeOfEarlierAttempt(run, await loadStream(store, run.stream));
        if (first !== null) {
          onAppended(first.events);
          return first;
        }
      }
      const events = toStore.map((event, index) => ({
        ...event,
        stream: run.stream,
        revision: expected + 1 + index,
        position: result.position,
        recordedAt: now,
      }));
      onAppended(events);
      return { state: this.#fold(run, events, state), events, position: result.position, decidedAt: now };
    }
    throw new EventStoreUnavailable(`${MOST_ATTEMPTS} attempts at ${run.stream} each met a faster command`);
  }

  #outcomeOfEarlierAttempt<Command, Event extends DomainEvent, State>(
    run: CommandRun<Command, Event, State>,
    stored: readonly StoredEvent[],
  ): CommandOutcome<State> | null {
    const start = stored.findIndex((event) => event.id === eventId(run.commandId, 0));
    if (start === -1) return null;
    let end = start + 1;
    while (stored[end]?.id === eventId(run.commandId, end - start)) end++;
    const own = stored.slice(start, end);
    const last = own.at(-1);
    if (last === undefined) return null;
    const state = this.#fold(run, stored.slice(0, end));
    return { state, events: own, position: last.position, decidedAt: Date.parse(last.metadata.occurred_at) };
  }

  /** For this caller a stream of another organization does not exist: the decider refuses, or nothing happens. */
  #outcomeOfForeign<Command, Event extends DomainEvent, State>(
    run: CommandRun<Command, Event, State>,
  ): CommandOutcome<State> {
    const state = run.type.decider.initialState;
    const now = this.options.clock();
    const decided = run.type.decider.decide(run.command(now), state);
    if (decided.length > 0) throw new Error(`${run.stream} belongs to another organization`);
    return { state, events: [], position: BEGINNING, decidedAt: now };
  }

  #fold<Command, Event extends DomainEvent, State>(
    run: CommandRun<Command, Event, State>,
    events: readonly StoredEvent[],
    from: State = run.type.decider.initialState,
  ): State {
    return events.reduce((state, event) => run.type.decider.evolve(state, run.type.parse(event)), from);
  }
}
