import { IntegerField } from '../../http/request-fields.js';
import { JobRequest } from '../submit-job/submit-job.request.js';

/** A job ahead of all others, and its answer waited for. */
export class ExtractRequest extends JobRequest {
  @IntegerField({ min: 1, max: 60, optional: true, description: 'How long to wait for the end; default 30.' })
  timeout_seconds?: number;
}
