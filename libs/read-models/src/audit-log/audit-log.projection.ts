import type pg from 'pg';
import { toAuditEntry } from '#libs/domain';
import type { Projection, SequencedEvent } from '#libs/projections';
import { writeActors } from './write-actors.js';
import { writeEntries } from './write-entries.js';

/** Who did what, and when? Every event is an entry, as the domain maps it; there is nothing to fold. */
export class AuditLogProjection implements Projection {
  readonly name = 'audit-log';
  readonly version = 1;

  async handle(page: readonly SequencedEvent[], transaction: pg.ClientBase): Promise<void> {
    await writeEntries(
      transaction,
      page.map(({ event, seq }) => ({ event, seq, entry: toAuditEntry(event) })),
    );
    await writeActors(transaction, page);
  }
}
