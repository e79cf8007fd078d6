import { GraceField, LifetimeField, ReasonField } from '../api-key-fields.js';

export class RotateApiKeyRequest {
  @GraceField()
  grace_period_seconds?: number;

  @LifetimeField()
  seconds_until_expiration?: number;

  @ReasonField()
  reason?: string | null;
}
