import { SpanKind } from '@opentelemetry/api';
import { correlatedBy, inSpan, streamCategory } from '#libs/observability';
import type {
  AppendResult,
  EventStore,
  EventToStore,
  LogPage,
  LogRead,
  LogSubscription,
  StoredEvent,
  StreamRead,
} from './event-store.js';
import type { Position } from './position.js';

/**
 * The same store with a span for each append and each page of a stream. Reading the log has none: who does that for ever
 * knows better what is one piece of work.
 */
export function tracedEventStore(store: EventStore): EventStore {
  return new TracedEventStore(store);
}

class TracedEventStore implements EventStore {
  constructor(private readonly store: EventStore) {}

  append(stream: string, expected: number, events: readonly EventToStore[]): Promise<AppendResult> {
    const category = streamCategory(stream);
    const attributes = {
      'keyledger.stream_category': category,
      'keyledger.event_types': [...new Set(events.map(({ type }) => type))],
      ...(events[0] === undefined ? {} : correlatedBy(events[0].metadata.correlation_id)),
    };
    return inSpan(`append ${category}`, { kind: SpanKind.CLIENT, attributes }, async (span) => {
      const result = await this.store.append(stream, expected, events);
      span.setAttribute('keyledger.append_outcome', result.outcome);
      return result;
    });
  }

  readStream(stream: string, read?: StreamRead): Promise<readonly StoredEvent[]> {
    const category = streamCategory(stream);
    const attributes = { 'keyledger.stream_category': category };
    return inSpan(`read ${category}`, { kind: SpanKind.CLIENT, attributes }, async (span) => {
      const events = await this.store.readStream(stream, read);
      span.setAttribute('keyledger.events', events.length);
      return events;
    });
  }

  readAll(read: LogRead): Promise<LogPage> {
    return this.store.readAll(read);
  }

  subscribe(subscription: LogSubscription): AsyncIterable<LogPage> {
    return this.store.subscribe(subscription);
  }

  head(): Promise<Position> {
    return this.store.head();
  }

  close(): Promise<void> {
    return this.store.close();
  }
}
