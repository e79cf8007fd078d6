import { ReasonField } from '../api-key-fields.js';

export class TransitionApiKeyRequest {
  @ReasonField()
  reason?: string | null;
}
