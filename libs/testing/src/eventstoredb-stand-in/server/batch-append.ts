import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import statusPb from '@eventstore/db-client/generated/status_pb.js';
import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import type { BatchAppendReq, BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import anyPb from 'google-protobuf/google/protobuf/any_pb.js';
import emptyPb from 'google-protobuf/google/protobuf/empty_pb.js';
import { decideAppend, type AppendDecision, type ExpectedRevision } from './decide-append.js';
import type { Leadership } from './leadership.js';
import type { Readiness } from './readiness.js';
import type { NewRecord, StandInLog } from './stand-in-log.js';

/** Of the data of one append. */
const MAX_APPEND_BYTES = 1_048_576;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

type Options = BatchAppendReq.Options;

interface Pending {
  readonly options: Options;
  readonly events: NewRecord[];
}

/** The service's BatchAppend: appends come in parts, are decided when complete and answered by their correlation id. */
export function batchAppend(log: StandInLog, readiness: Readiness, leadership: Leadership) {
  return (call: ServerDuplexStream<BatchAppendReq, BatchAppendResp>): void => {
    const pending = new Map<string, Pending>();
    call.on('error', () => undefined);
    call.on('end', () => call.end());
    call.on('data', (request: BatchAppendReq) => {
      const refusal = leadership.refusal(call.metadata);
      if (refusal !== null) return call.emit('error', refusal);
      const correlation = request.getCorrelationId()?.getString() ?? '';
      const options = request.getOptions() ?? pending.get(correlation)?.options;
      if (options === undefined) return;
      const append = pending.get(correlation) ?? { options, events: [] };
      pending.set(correlation, append);
      append.events.push(...request.getProposedMessagesList().map(toRecord));
      if (!request.getIsFinal()) return;
      pending.delete(correlation);
      const response = answerTo(log, readiness, append);
      response.setCorrelationId(request.getCorrelationId()).setStreamIdentifier(options.getStreamIdentifier());
      // Stored is not yet answered: a kill may come in between.
      setImmediate(() => call.write(response));
    });
  };
}

function answerTo(log: StandInLog, readiness: Readiness, { options, events }: Pending): BatchAppendResp {
  if (!readiness.ready)
    return failed('Server Is Not Ready', new emptyPb.Empty().serializeBinary(), 'google.protobuf.Empty');
  const size = events.reduce((sum, { data }) => sum + Buffer.byteLength(data, 'base64'), 0);
  if (size > MAX_APPEND_BYTES) {
    const exceeded = new sharedPb.MaximumAppendSizeExceeded().setMaxappendsize(MAX_APPEND_BYTES);
    return failed(
      'MaximumAppendSizeExceeded',
      exceeded.serializeBinary(),
      'event_store.client.MaximumAppendSizeExceeded',
    );
  }
  if (events.some(({ id, type }) => !UUID.test(id) || /^[0-]*$/.test(id) || type === '')) {
    return failed('BadRequest', new sharedPb.BadRequest().serializeBinary(), 'event_store.client.BadRequest');
  }
  const stream = Buffer.from(options.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString('utf8');
  const decision = decideAppend(log, stream, expectedOf(options), events);
  if (decision.outcome === 'stored') return new streamsPb.BatchAppendResp().setSuccess(successOf(decision));
  return failed('WrongExpectedVersion', wrongVersionOf(decision, options), 'event_store.client.WrongExpectedVersion');
}

function toRecord(message: BatchAppendReq.ProposedMessage): NewRecord {
  const metadata = message.getMetadataMap();
  return {
    id: message.getId()?.getString() ?? '',
    type: metadata.get('type') ?? '',
    contentType: metadata.get('content-type') ?? '',
    data: message.getData_asB64(),
    metadata: message.getCustomMetadata_asB64(),
  };
}

function expectedOf(options: Options): ExpectedRevision {
  if (options.hasNoStream()) return 'no_stream';
  if (options.hasStreamExists()) return 'stream_exists';
  return options.hasAny() ? 'any' : Number(options.getStreamPosition());
}

function successOf({ revision, position }: AppendDecision & { outcome: 'stored' }): BatchAppendResp.Success {
  const text = position.toString();
  return new streamsPb.BatchAppendResp.Success()
    .setCurrentRevision(revision.toString())
    .setPosition(new sharedPb.AllStreamPosition().setCommitPosition(text).setPreparePosition(text));
}

function wrongVersionOf(
  { current }: AppendDecision & { outcome: 'wrong_expected_version' },
  options: Options,
): Uint8Array {
  const wrong = new sharedPb.WrongExpectedVersion();
  if (current === null) wrong.setCurrentNoStream(new emptyPb.Empty());
  else wrong.setCurrentStreamRevision(current.toString());
  const expected = expectedOf(options);
  if (typeof expected === 'number') wrong.setExpectedStreamPosition(expected.toString());
  else wrong.setExpectedNoStream(new emptyPb.Empty());
  return wrong.serializeBinary();
}

function failed(message: string, details: Uint8Array, type: string): BatchAppendResp {
  const any = new anyPb.Any();
  any.pack(details, type);
  return new streamsPb.BatchAppendResp().setError(new statusPb.Status().setMessage(message).setDetails(any));
}
