import { accessDenied, auditLogExported, type AccessDenied, type AuditLogExported, type Recorded } from '#libs/domain';
import { recorded, type Circumstances } from './recorded-event.js';

/** A complete CSV export of 12 rows without a filter, with what is given. */
export function anExport(
  data: Partial<AuditLogExported['data']> = {},
  circumstances?: Circumstances,
): Recorded<AuditLogExported> {
  const all = { format: 'csv', via: 'export', row_count: 12, completed: true, filters: {} } as const;
  return recorded(auditLogExported({ ...all, ...data }), circumstances);
}

/** One refused attempt at listing keys, with what is given. */
export function aDenial(
  data: Partial<AccessDenied['data']> = {},
  circumstances?: Circumstances,
): Recorded<AccessDenied> {
  const all = {
    ...{ code: 'insufficient_scope', count: 1, required_scope: 'keys:manage' },
    ...{ method: 'GET', route: '/v1/api-keys', target_id: null },
  };
  return recorded(accessDenied({ ...all, ...data }), circumstances);
}
