import { OverlapField } from '../webhook-fields.js';

export class RotateWebhookSecretRequest {
  @OverlapField()
  overlap_seconds?: number;
}
