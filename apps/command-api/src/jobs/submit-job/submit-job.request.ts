import type { JsonObject } from '#libs/domain';
import { IntegerField, ObjectField, TextField, TimeField } from '../../http/request-fields.js';

const optional = true;
const MAX_INPUT_BYTES = 262_144;
const MAX_METADATA_BYTES = 16_384;

/** What a job is made of, however it is submitted. */
export class JobRequest {
  @TextField({ max: 64, min: 1, description: 'A type of `GET /v1/policy-types`.' })
  policy_type!: string;

  @ObjectField({
    maxBytes: MAX_INPUT_BYTES,
    description: "What to work on, by the policy type's schema; workers see it.",
  })
  input!: JsonObject;

  @IntegerField({ min: 1, max: 25, optional, description: 'Default: of the policy type, else 3.' })
  max_attempts?: number;

  @ObjectField({ maxBytes: MAX_METADATA_BYTES, optional, description: 'Whatever the client wants to find again.' })
  metadata?: JsonObject;
}

export class SubmitJobRequest extends JobRequest {
  @IntegerField({ min: 0, max: 9, optional, description: '9 goes first. Default: of the policy type, else 5.' })
  priority?: number;

  @TimeField({ optional, nullable: true, description: 'Not before; a past time: at once.' })
  scheduled_for?: number | string | null;
}
