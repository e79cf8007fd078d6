import type pg from 'pg';
import { toAuditEntry, type AuditEntry } from '#libs/domain';
import { PRODUCT_PREFIXES, type Projection, type SequencedEvent } from '#libs/projections';
import { announceOrganizations } from '../live-events/announce-organizations.js';
import { writeActors } from './write-actors.js';
import { writeEntries, type FoundBy } from './write-entries.js';

/**
 * Who did what, and when? Events are entries as the domain maps them; there is nothing to fold. Those that are none, such as
 * the progress of a job, have rows all the same, for the log of events is read from here.
 */
export class AuditLogProjection implements Projection {
  readonly name = 'audit-log';
  readonly version = 2;
  readonly streams = PRODUCT_PREFIXES;

  async handle(page: readonly SequencedEvent[], transaction: pg.ClientBase): Promise<void> {
    const rows = page.map(({ event, seq }) => ({ event, seq, entry: foundBy(toAuditEntry(event)) }));
    await writeEntries(transaction, rows);
    await writeActors(
      transaction,
      rows.filter(({ entry }) => entry !== null),
    );
    await announceOrganizations(transaction, page);
  }
}

/** The changes are let go of at once: those of a whole page would outlive the young generation. */
function foundBy(entry: AuditEntry | null): FoundBy | null {
  if (entry === null) return null;
  const { target_type, target_id, target_name, summary, reason } = entry;
  return { target_type, target_id, target_name, summary, reason };
}
