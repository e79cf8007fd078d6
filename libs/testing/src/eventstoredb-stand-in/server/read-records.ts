import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import { readResponse } from './read-response.js';
import type { ResponseStream } from './response-stream.js';
import { serviceErrors } from './service-errors.js';
import type { LogRecord, StandInLog } from './stand-in-log.js';

const { BACKWARDS } = streamsPb.ReadReq.Options.ReadDirection;

/** A read of one stream or of all, forwards or backwards. */
export async function readRecords(log: StandInLog, options: ReadReq.Options, responses: ResponseStream): Promise<void> {
  const stream = options.getStream();
  const name = Buffer.from(stream?.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString('utf8');
  if (stream !== undefined && log.stream(name).length === 0) {
    await responses.write(readResponse.streamNotFound(name));
    return responses.end();
  }
  const count = Number(options.getCount());
  if (count === 0) return responses.fail(serviceErrors.invalidArgument('the count is 0'));
  const chosen = stream === undefined ? ofAll(log, options) : ofStream(log.stream(name), options);
  if (chosen === null) return responses.fail(serviceErrors.invalidPosition());
  for (const record of chosen.slice(0, count)) {
    if (responses.over) return;
    await responses.write(readResponse.event(record));
  }
  responses.end();
}

function ofStream(records: readonly LogRecord[], options: ReadReq.Options): readonly LogRecord[] {
  const stream = options.getStream();
  const revision = stream?.hasRevision() === true ? Number(stream.getRevision()) : null;
  if (options.getReadDirection() !== BACKWARDS) return records.slice(revision ?? 0);
  const end = stream?.hasEnd() === true ? records.length : (revision ?? 0) + 1;
  return records.slice(0, end).reverse();
}

/** Forwards from a position inclusively, backwards exclusively; null for a position inside a record. */
function ofAll(log: StandInLog, options: ReadReq.Options): readonly LogRecord[] | null {
  const all = options.getAll();
  const position = all?.hasPosition() === true ? Number(all.getPosition()?.getCommitPosition()) : null;
  const index = position === null ? null : log.indexAt(position);
  if (index !== null && index < log.records.length && log.records[index]?.position !== position) return null;
  const count = Number(options.getCount());
  if (options.getReadDirection() !== BACKWARDS) {
    const from = index ?? (all?.hasEnd() === true ? log.records.length : 0);
    return log.records.slice(from, from + count);
  }
  const end = index ?? (all?.hasEnd() === true ? log.records.length : 0);
  return log.records.slice(Math.max(end - count, 0), end).reverse();
}
