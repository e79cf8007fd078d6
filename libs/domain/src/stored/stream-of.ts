import { lineageOf, lineageStream } from '../api-key/lineage.js';
import { auditStream } from '../audit/audit-stream.js';
import { jobStream } from '../job/job-stream.js';
import type { JsonObject } from '../json.js';
import { policyTypeStream } from '../policy-type/policy-type-stream.js';
import { webhookStream } from '../webhook/webhook-stream.js';

/**
 * The stream that an event belongs to, which its data names; every other is the organization's own.
 * @param orgDigest SHA-256 of the organization's id, as for `auditStream`
 * @throws RangeError where the data names no stream of its kind
 */
export function streamOf(
  { type, data }: { readonly type: string; readonly data: JsonObject },
  orgDigest: string,
): string {
  if (type.startsWith('api_key.')) {
    const lineage = lineageOf(text(data, 'key_id'));
    if (lineage === null) throw new RangeError('a stream of a key is named by the id of one');
    return lineageStream(lineage);
  }
  if (type.startsWith('job.')) return jobStream(text(data, 'job_id'));
  if (type.startsWith('policy_type.')) return policyTypeStream(orgDigest, text(data, 'policy_type'));
  if (type.startsWith('webhook.')) return webhookStream(text(data, 'webhook_id'));
  return auditStream(orgDigest);
}

function text(data: JsonObject, name: string): string {
  const value = data[name];
  return typeof value === 'string' ? value : '';
}
