import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { SequencedEvent } from '#libs/projections';

/** Where it is announced whose logs have grown; a hint to look at them, never the truth. */
export const NEWS_CHANNEL = 'keyledger_news';

/** What stands for an organization in an announcement: every role may listen, and Postgres cuts off at 8,000 bytes. */
export function newsKey(orgId: string): string {
  return createHash('sha256').update(orgId).digest('hex').slice(0, 16);
}

/** In place of so many keys that they would not fit: look at every organization. */
export const EVERYBODY = '*';
const MOST_KEYS = 400;

/**
 * Announces, once the transaction commits, whose events are in the page. Checkpoints are announced too, but do not say of
 * whom: every process would have to ask for each organization that somebody listens to, whoever wrote.
 */
export async function announceOrganizations(
  transaction: pg.ClientBase,
  page: readonly SequencedEvent[],
): Promise<void> {
  const organizations = new Set(page.map(({ event }) => event.metadata.org_id));
  const payload = organizations.size > MOST_KEYS ? EVERYBODY : [...organizations].map(newsKey).join(',');
  await transaction.query({
    name: 'announce_organizations',
    text: `select pg_notify('${NEWS_CHANNEL}', $1)`,
    values: [payload],
  });
}
