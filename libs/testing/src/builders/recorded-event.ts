import type { Actor, EventMetadata, Recorded } from '#libs/domain';

/** When test histories begin, Unix seconds. */
export const START = 1_700_000_000;

export const ADA: Actor = { type: 'user', id: 'user_ada', name: 'Ada' };

/** The circumstances of an event; what is left out is Ada's, in `org_a`, at `START`, without a reason. */
export interface Circumstances extends Partial<Omit<EventMetadata, 'occurred_at'>> {
  /** Unix seconds, fractions allowed. */
  readonly at?: number;
}

/** An event as it stands in a stream. */
export function recorded<Event>(event: Event, circumstances: Circumstances = {}): Recorded<Event> {
  const { at = START, ...metadata } = circumstances;
  return {
    ...event,
    metadata: {
      org_id: 'org_a',
      actor: ADA,
      request_id: 'req_1',
      correlation_id: 'req_1',
      causation_id: 'cmd_1',
      schema_version: 1,
      occurred_at: new Date(at * 1000).toISOString(),
      reason: null,
      ip: '192.0.2.1',
      user_agent: 'curl/8',
      ...metadata,
    },
  };
}
