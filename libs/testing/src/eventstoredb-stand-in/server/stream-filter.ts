import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import type { LogRecord } from './stand-in-log.js';

/** Which records a filter by stream or event type lets through; no prefix at all lets nothing through. */
export function streamFilter(options: ReadReq.Options): (record: LogRecord) => boolean {
  const filter = options.getFilter();
  if (filter === undefined) return () => true;
  const byStream = filter.getStreamIdentifier();
  const expression = byStream ?? filter.getEventType();
  const text = ({ stream, type }: LogRecord): string => (byStream === undefined ? type : stream);
  const regex = expression?.getRegex() ?? '';
  if (regex !== '') {
    const pattern = new RegExp(regex, 'u');
    return (record) => pattern.test(text(record));
  }
  const prefixes = expression?.getPrefixList() ?? [];
  return (record) => prefixes.some((prefix) => text(record).startsWith(prefix));
}
