import {
  currentSchemaVersion,
  parseWebhookEvent,
  webhookDecider,
  type WebhookCommand,
  type WebhookEvent,
  type WebhookState,
} from '#libs/domain';
import type { StreamType } from './stream-type.js';

/** The streams `webhook-{webhook_id}`. */
export const webhookStreams: StreamType<WebhookCommand, WebhookEvent, WebhookState> = {
  decider: webhookDecider,
  parse: parseWebhookEvent,
  schemaVersion: currentSchemaVersion,
};
