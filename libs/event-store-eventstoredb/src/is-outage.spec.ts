import {
  AccessDeniedError,
  DeadlineExceededError,
  NotLeaderError,
  StreamDeletedError,
  UnavailableError,
  UnknownError,
  UnsupportedError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { Metadata } from '@grpc/grpc-js';
import { EventStoreUnavailable, InvalidAppend, LogIntegrityError } from '#libs/event-store';
import { breaksConnection } from './breaks-connection.js';
import { isOutage } from './is-outage.js';

function grpc(code: number, details: string): Error & { code: number; details: string; metadata: Metadata } {
  return Object.assign(new Error(details), { code, details, metadata: new Metadata() });
}

const wrongVersion = new WrongExpectedVersionError(undefined, { streamName: 's', expected: 1n, current: 2n });

function notLeader(): NotLeaderError {
  const error = grpc(5, 'leader info available');
  error.metadata.set('leader-endpoint-host', '10.0.0.3');
  error.metadata.set('leader-endpoint-port', '2113');
  return new NotLeaderError(error);
}

it.each<[string, unknown, boolean, boolean]>([
  ['a connection that broke', new UnavailableError(grpc(14, 'read ECONNRESET')), true, true],
  ['nobody who listens, as gRPC says it', grpc(14, 'connect ECONNREFUSED'), true, true],
  ['a stream that a stopping server reset', new UnknownError(grpc(13, 'RST_STREAM with code 0')), true, true],
  ['a question for features that failed, which the client would keep', grpc(2, 'unknown'), true, true],
  ['a cluster with nobody there', new Error('Failed to discover after 10 attempts.'), true, true],
  ['a node that is not the leader', notLeader(), true, true],
  ['a node that knows no leader', new UnknownError(grpc(2, 'No leader info available in response')), true, false],
  ['a server that starts', new UnknownError(undefined, 'Could not recognize Server Is Not Ready'), true, false],
  ['a server past its own deadline', new DeadlineExceededError(), true, false],
  ['an event that the server refuses', new UnknownError(undefined, 'Could not recognize BadRequest'), false, false],
  ['a stream that was deleted for ever', new StreamDeletedError(undefined, 's'), false, false],
  ["a revision that is not the stream's", wrongVersion, false, false],
  ['a server that is too old', new UnsupportedError('the position of an event', '22.6'), false, false],
  ['rights that were taken away', new AccessDeniedError(grpc(7, 'access denied')), false, false],
  ['credentials that do not hold', grpc(16, 'not authenticated'), false, true],
  ['a mistake of ours', new TypeError('x is undefined'), false, false],
  ['an append of ours that was refused', new InvalidAppend('no event'), false, false],
  ['a log that lost its end', new LogIntegrityError(2n, 1n), false, false],
  ['an outage that was named already', new EventStoreUnavailable('no answer'), false, false],
  ['what is no error', 'x', false, false],
])('tells %s from a refusal', (_, error, outage, breaks) => {
  expect(isOutage(error)).toBe(outage);
  expect(breaksConnection(error)).toBe(breaks);
});
