import type { RecordedEntry } from '#libs/read-models';
import { csvCell } from '../../http/csv-cell.js';

const COLUMNS: readonly (readonly [string, (entry: RecordedEntry) => string | number | null])[] = [
  ['seq', ({ seq }) => seq],
  ['id', ({ id }) => id],
  ['occurred_at', ({ occurred_at }) => occurred_at],
  ['actor_type', ({ actor }) => actor.type],
  ['actor_id', ({ actor }) => actor.id],
  ['actor_name', ({ actor }) => actor.name],
  ['event_group', ({ event_group }) => event_group],
  ['event_type', ({ event_type }) => event_type],
  ['activity_type', ({ activity_type }) => activity_type],
  ['target_type', ({ target_type }) => target_type],
  ['target_id', ({ target_id }) => target_id],
  ['target_name', ({ target_name }) => target_name],
  ['summary', ({ summary }) => summary],
  ['reason', ({ reason }) => reason],
  ['ip', ({ context }) => context.ip],
  ['user_agent', ({ context }) => context.user_agent],
  ['request_id', ({ context }) => context.request_id],
  ['data', ({ data }) => JSON.stringify(data)],
];

/** The first line of an export as CSV (RFC 4180, so lines end in CR LF). */
export const CSV_HEADER = `${COLUMNS.map(([name]) => name).join(',')}\r\n`;

/** One entry as a line. */
export function csvLine(entry: RecordedEntry): string {
  return `${COLUMNS.map(([, value]) => csvCell(value(entry))).join(',')}\r\n`;
}
