import { IntegerField, TextField, TextListField } from '../../http/request-fields.js';

const optional = true;

export class LeaseJobsRequest {
  @TextListField({ max: 64, min: 1, maxItems: 100, optional, description: 'Only jobs of these; default: of all.' })
  policy_types?: string[];

  @IntegerField({ min: 1, max: 100, optional, description: 'Most leases in the answer; default 1.' })
  max?: number;

  @IntegerField({ min: 0, max: 30, optional, description: 'How long to wait where there is no work; default 0.' })
  wait_seconds?: number;

  @TextField({ max: 200, optional, description: 'How the worker calls itself, for the history of the job.' })
  worker_id?: string;

  @IntegerField({ min: 10, max: 600, optional, description: 'What a lease, and each extension, lasts; default 30.' })
  lease_seconds?: number;

  @TextField({ max: 200, min: 1, optional, description: 'The same again while its leases live: the same leases.' })
  request_id?: string;
}
