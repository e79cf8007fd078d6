import type { JsonObject } from '../json.js';

/*
 * The events of stream `audit-{h}`: what is no change of any object but belongs into the audit log. Type names and
 * field names are storage formats.
 */

/** A download of audit entries or of the log ended, for whatever reason, or a client says that it made an export itself. */
export type AuditLogExported = {
  readonly type: 'audit_log_exported';
  readonly data: {
    /** Null where a client only acknowledges: it does not say. */
    readonly format: 'csv' | 'ndjson' | null;
    /** `export`: entries of the audit log; `log`: the events themselves, as recorded. */
    readonly via: 'export' | 'log' | 'acknowledgement';
    /** Rows handed to the connection, or as acknowledged. */
    readonly row_count: number;
    /** False when the reader went away or the export failed before its end. */
    readonly completed: boolean;
    /** The query that was exported, under the names of its parameters. */
    readonly filters: JsonObject;
  };
};

/** Attempts of a known caller on a key or audit route were refused. */
export type AccessDenied = {
  readonly type: 'access_denied';
  readonly data: {
    /** The error code that was answered. */
    readonly code: string;
    /** How many attempts this one entry stands for. */
    readonly count: number;
    readonly required_scope: string | null;
    readonly method: string;
    /** The route's template, never the path as sent. */
    readonly route: string;
    /** The key that the path named, where it named one. */
    readonly target_id: string | null;
  };
};

export type AuditEvent = AuditLogExported | AccessDenied;

export function auditLogExported(data: AuditLogExported['data']): AuditLogExported {
  return { type: 'audit_log_exported', data };
}

export function accessDenied(data: AccessDenied['data']): AccessDenied {
  return { type: 'access_denied', data };
}
