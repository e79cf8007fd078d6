import type { EntryEvent } from './is-entry.js';
import { listed } from './listed.js';
import type { AccessDenied, AuditLogExported } from './audit.events.js';
import type { Recorded } from '../recorded.js';
import { webhookDeed } from './webhook-deed.js';

/** One plain English sentence that says who did what, such as `Ada revoked API key "GRC pipeline"`. */
export function summaryOf(event: Recorded<EntryEvent>): string {
  const { actor } = event.metadata;
  return `${actor.name ?? actor.id} ${deedOf(event)}`;
}

function deedOf(event: EntryEvent): string {
  switch (event.type) {
    case 'api_key.created':
      return `created API key "${event.data.name}"`;
    case 'api_key.updated':
      return `changed ${listed(event.data.changes.map(({ field }) => field))} of API key "${event.data.name}"`;
    case 'api_key.rotated':
      return `rotated API key "${event.data.name}"`;
    case 'api_key.revoked':
      return `revoked API key "${event.data.name}"`;
    case 'api_key.suspended':
      return `suspended API key "${event.data.name}"`;
    case 'api_key.reactivated':
      return `reactivated API key "${event.data.name}"`;
    case 'api_key.deleted':
      return `deleted API key "${event.data.name}"`;
    case 'job.submitted':
      return `submitted job ${event.data.job_id} of policy type "${event.data.policy_type}"`;
    case 'job.completed':
      return `completed job ${event.data.job_id}`;
    case 'job.failed':
      return `failed job ${event.data.job_id} (${event.data.error.code})`;
    case 'job.cancelled':
      return `cancelled job ${event.data.job_id}`;
    case 'job.retried':
      return `retried job ${event.data.job_id}`;
    case 'policy_type.created':
      return `created policy type "${event.data.policy_type}"`;
    case 'policy_type.updated':
      return `changed ${listed(event.data.changes.map(({ field }) => field))} of policy type "${event.data.policy_type}"`;
    case 'api_key.expiring':
      return `announced that API key "${event.data.name}" expires in ${days(event.data.days_left)}`;
    case 'webhook.created':
    case 'webhook.updated':
    case 'webhook.paused':
    case 'webhook.activated':
    case 'webhook.disabled':
    case 'webhook.secret_rotated':
    case 'webhook.tested':
    case 'webhook.redelivered':
    case 'webhook.replayed':
    case 'webhook.deleted':
      return webhookDeed(event);
    case 'audit_log_exported':
      return exported(event.data);
    case 'access_denied':
      return denied(event.data);
  }
}

function exported({ via, format, row_count, completed }: AuditLogExported['data']): string {
  const rows = row_count === 1 ? '1 row' : `${row_count} rows`;
  if (via === 'acknowledgement') return `acknowledged an export of ${rows} of the audit log`;
  const what =
    via === 'log' ? `${row_count === 1 ? '1 event' : `${row_count} events`} of the log` : `${rows} of the audit log`;
  const form = format === null ? '' : ` as ${format === 'csv' ? 'CSV' : 'NDJSON'}`;
  return `exported ${what}${form}${completed ? '' : ', not to its end'}`;
}

function denied({ code, count, required_scope, method, route, target_id }: AccessDenied['data']): string {
  const target = target_id === null ? '' : ` of ${target_id}`;
  const times = count === 1 ? '' : ` ${count} times`;
  const why = required_scope === null ? code : `${code}, ${required_scope} is needed`;
  return `was denied ${method} ${route}${target}${times} (${why})`;
}

function days(count: number): string {
  return count === 1 ? '1 day' : `${count} days`;
}
