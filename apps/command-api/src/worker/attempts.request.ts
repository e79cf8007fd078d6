import type { JsonValue, Usage } from '#libs/domain';
import { BooleanField, IntegerField, JsonField, MembersField, TextField } from '../http/request-fields.js';
import { textProblem } from '../http/text.js';
import { LeaseTokenField, UsageField } from './worker-fields.js';

const optional = true;
const MAX_RESULT_BYTES = 262_144;

export class HeartbeatRequest {
  @LeaseTokenField()
  lease_token!: string;
}

export class ReportProgressRequest extends HeartbeatRequest {
  @IntegerField({ min: 0, max: 100 })
  percent!: number;

  @TextField({ max: 2_000, lineBreaks: true, optional, nullable: true })
  message?: string | null;
}

export class CompleteJobRequest extends HeartbeatRequest {
  @JsonField({ maxBytes: MAX_RESULT_BYTES, optional, nullable: true, description: "By the policy type's schema." })
  result?: JsonValue;

  @UsageField()
  usage?: Partial<Usage>;
}

const text = (rule: { readonly max: number; readonly lineBreaks?: boolean }) => (value: unknown) =>
  typeof value === 'string' ? textProblem(value, rule) : 'must be a string';

export class FailAttemptRequest extends HeartbeatRequest {
  @MembersField(
    {
      code: { required: true, problem: text({ max: 200 }) },
      message: { required: true, problem: text({ max: 2_000, lineBreaks: true }) },
    },
    {
      description: 'What went wrong.',
      schema: { code: { type: 'string', maxLength: 200 }, message: { type: 'string', maxLength: 2_000 } },
    },
  )
  error!: { readonly code: string; readonly message: string };

  @BooleanField({ optional, description: 'Default true; false is final.' })
  retryable?: boolean;

  @UsageField()
  usage?: Partial<Usage>;
}
