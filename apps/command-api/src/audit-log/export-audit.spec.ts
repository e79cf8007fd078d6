import { auditStream } from '#libs/domain';
import { InMemoryEventStore } from '#libs/event-store';
import { SILENT } from '#libs/observability';
import { callers } from '../testing/callers.js';
import { AuditTrail, organizationDigest } from './audit-trail.js';
import { ExportAudit, type EndedExport } from './export-audit.js';

const NOW = Date.parse('2026-01-01T00:00:00Z');

it('records an export that was cut off when the process stops, though it ends a moment after the stop began', async () => {
  const store = new InMemoryEventStore();
  const audit = new ExportAudit(new AuditTrail(store, () => NOW), SILENT);
  audit.begun();
  const stopped = audit.stop(30_000);
  setImmediate(() => audit.exported(ended()));
  await stopped;
  await expect(store.readStream(auditStream(organizationDigest('org_a')))).resolves.toMatchObject([
    { type: 'audit_log_exported', data: { row_count: 7, completed: false } },
  ]);
});

it('gives up on an export that does not end', async () => {
  const audit = new ExportAudit(new AuditTrail(new InMemoryEventStore(), () => NOW), SILENT);
  audit.begun();
  await expect(audit.stop(10)).resolves.toBeUndefined();
});

function ended(): EndedExport {
  return {
    ...{ caller: callers.user('auditor'), format: 'csv', via: 'export', rowCount: 7, completed: false, filters: {} },
    ...{ requestId: 'r', ip: null, userAgent: null },
  };
}
