import { ProseField } from '../../api-keys/api-key-fields.js';
import { EventTypesField, UrlField } from '../webhook-fields.js';

export class UpdateWebhookRequest {
  @UrlField({ optional: true })
  url?: string;

  @EventTypesField('What to send from here on, in place of what was sent so far; at least one.', { optional: true })
  events?: string[];

  @ProseField('Notes on the endpoint; null clears them.', { nullable: true })
  description?: string | null;
}
