import { ProseField } from '../../api-keys/api-key-fields.js';
import { EventTypesField, UrlField } from '../webhook-fields.js';

export class CreateWebhookRequest {
  @UrlField()
  url!: string;

  @EventTypesField('What to send, at least one.')
  events!: string[];

  @ProseField('Notes on the endpoint.', { nullable: true })
  description?: string | null;
}
