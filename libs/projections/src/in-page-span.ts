import { SpanKind, type Span } from '@opentelemetry/api';
import type { LogPage, StoredEvent } from '#libs/event-store';
import { correlatedBy, inSpan } from '#libs/observability';
import type { ProjectionId } from './projection.js';

/** Of a page of thousands more would be a span that no collector takes; an SDK keeps 128 by default. */
const MOST_EVENTS_NAMED = 100;

/**
 * Projects a page inside a span of its own trace. A page holds the events of many requests, and no event says in which
 * trace it was made, so the span names the correlation id of each (of the first hundred): what was changed by a request
 * and where that became visible is one search.
 */
export function inPageSpan(projection: ProjectionId, { events }: LogPage, work: () => Promise<void>): Promise<void> {
  // The subscription's signs of life are no work.
  if (events.length === 0) return work();
  const attributes = {
    'keyledger.projection': projection.name,
    'keyledger.projection_version': projection.version,
    'keyledger.events': events.length,
  };
  return inSpan(`project ${projection.name}`, { kind: SpanKind.CONSUMER, root: true, attributes }, (span) => {
    nameEvents(span, events);
    return work();
  });
}

function nameEvents(span: Span, events: readonly StoredEvent[]): void {
  if (!span.isRecording()) return;
  for (const { type, metadata } of events.slice(0, MOST_EVENTS_NAMED)) {
    span.addEvent('event', { 'keyledger.event_type': type, ...correlatedBy(metadata.correlation_id) });
  }
}
