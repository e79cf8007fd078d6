import type { DeliveryReads } from '#libs/webhook-deliveries';

/** What the API asks of the deliveries, which are in no event. All throw DatabaseUnavailable. */
export type WebhookDeliveries = Pick<DeliveryReads, 'list' | 'get' | 'figures' | 'countEvents'>;

/** What controllers have them injected by. */
export const WEBHOOK_DELIVERIES = Symbol('webhook deliveries');
