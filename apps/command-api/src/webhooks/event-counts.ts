import type { IntegrationEventType } from '#libs/domain';
import type { Position } from '#libs/event-store';
import { RequestRefused } from '../http/request-refused.js';
import type { WebhookDeliveries } from './webhook-deliveries.js';

export interface EventCountsOptions {
  readonly deliveries: Pick<WebhookDeliveries, 'countEvents'>;
  /** The end of the log. @throws EventStoreUnavailable */
  readonly head: () => Promise<Position>;
  /** Whether the fan-out has come to the position within the time. */
  readonly waitFor: (position: Position, timeoutMs: number) => Promise<boolean>;
  readonly waitMs: number;
}

/** [since, until) in Unix seconds. */
export interface EventsToCount {
  readonly types: readonly IntegrationEventType[];
  readonly since: number;
  readonly until: number;
}

/** How many integration events an organization has had. */
export class EventCounts {
  constructor(private readonly options: EventCountsOptions) {}

  /**
   * Of all that the log holds as this is asked.
   * @throws RequestRefused 503 `read_model_behind` where the fan-out, which knows them, does not get there in time
   * @throws EventStoreUnavailable, DatabaseUnavailable
   */
  async count(orgId: string, events: EventsToCount): Promise<number> {
    const { deliveries, head, waitFor, waitMs } = this.options;
    if (!(await waitFor(await head(), waitMs))) throw new RequestRefused('read_model_behind');
    return deliveries.countEvents(orgId, events);
  }
}
