/** What every stream of this kind is called before the endpoint's id; the filter of a subscription to endpoints. */
export const WEBHOOK_STREAM_PREFIX = 'webhook-';

const WEBHOOK_ID = /^whk_[0-9A-Za-z]{20}$/;
const DELIVERY_ID = /^dlv_[0-9A-Za-z]{20}$/;

/** Whether it has the form of an endpoint's id, `whk_` and 20 base62 characters; callers answer any other as an unknown one. */
export function isWebhookId(webhookId: string): boolean {
  return WEBHOOK_ID.test(webhookId);
}

/** Whether it has the form of a delivery's id, `dlv_` and 20 base62 characters. */
export function isDeliveryId(deliveryId: string): boolean {
  return DELIVERY_ID.test(deliveryId);
}

/** The stream that holds an endpoint. @throws RangeError for what is no endpoint's id */
export function webhookStream(webhookId: string): string {
  if (!isWebhookId(webhookId)) throw new RangeError('a stream of a webhook endpoint is named by the id of one');
  return `${WEBHOOK_STREAM_PREFIX}${webhookId}`;
}
