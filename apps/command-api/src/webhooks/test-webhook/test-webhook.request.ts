import { EventTypeField } from '../webhook-fields.js';

export class TestWebhookRequest {
  @EventTypeField('What the sample is of, subscribed to or not.')
  event_type!: string;
}
