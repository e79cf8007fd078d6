import { TimeField } from '../../http/request-fields.js';
import { EventTypesField } from '../webhook-fields.js';

export class ReplayWebhookRequest {
  @TimeField({ description: 'From when on: Unix seconds or RFC 3339.' })
  since!: number | string;

  @TimeField({ optional: true, description: 'Before when; default now.' })
  until?: number | string;

  @EventTypesField('What of it; default all that the endpoint is sent.', { optional: true })
  event_types?: string[];
}
