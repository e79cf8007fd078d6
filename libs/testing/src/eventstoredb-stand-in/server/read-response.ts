import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import type { ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { LogRecord } from './stand-in-log.js';

const { ReadResp: Response } = streamsPb;

/** .NET counts in 100 nanoseconds. */
const TICKS_PER_MILLISECOND = 10_000;

/** The messages of a read or a subscription. */
export const readResponse = {
  event(record: LogRecord): ReadResp {
    const position = record.position.toString();
    const event = new Response.ReadEvent.RecordedEvent();
    event.setId(new sharedPb.UUID().setString(record.id));
    event.setStreamIdentifier(streamIdentifier(record.stream));
    event.setStreamRevision(record.revision.toString());
    event.setPreparePosition(position).setCommitPosition(position);
    event.getMetadataMap().set('type', record.type);
    event.getMetadataMap().set('content-type', record.contentType);
    event.getMetadataMap().set('created', (BigInt(record.created) * BigInt(TICKS_PER_MILLISECOND)).toString());
    event.setData(record.data).setCustomMetadata(record.metadata);
    return new Response().setEvent(new Response.ReadEvent().setEvent(event).setCommitPosition(position));
  },

  streamNotFound(stream: string): ReadResp {
    const notFound = new Response.StreamNotFound();
    notFound.setStreamIdentifier(streamIdentifier(stream));
    return new Response().setStreamNotFound(notFound);
  },

  confirmation(id: string): ReadResp {
    return new Response().setConfirmation(new Response.SubscriptionConfirmation().setSubscriptionId(id));
  },

  checkpoint(position: number): ReadResp {
    const text = position.toString();
    return new Response().setCheckpoint(new Response.Checkpoint().setCommitPosition(text).setPreparePosition(text));
  },

  caughtUp(): ReadResp {
    return new Response().setCaughtUp(new Response.CaughtUp());
  },
};

function streamIdentifier(stream: string): InstanceType<typeof sharedPb.StreamIdentifier> {
  return new sharedPb.StreamIdentifier().setStreamName(Buffer.from(stream, 'utf8').toString('base64'));
}
