import { DeadlineExceededError, StreamDeletedError, UnavailableError, UnknownError } from '@eventstore/db-client';
import { Metadata } from '@grpc/grpc-js';
import { breaksConnection } from './breaks-connection.js';
import { isOutage } from './is-outage.js';

function grpc(code: number, details: string): Error & { code: number; details: string; metadata: Metadata } {
  return Object.assign(new Error(details), { code, details, metadata: new Metadata() });
}

it.each<[string, unknown, boolean, boolean]>([
  ['a connection that broke', new UnavailableError(grpc(14, 'read ECONNRESET')), true, true],
  ['nobody who listens, as gRPC says it', grpc(14, 'connect ECONNREFUSED'), true, true],
  ['a stream that a stopping server reset', new UnknownError(grpc(13, 'RST_STREAM with code 0')), true, true],
  ['a question for features that failed, which the client would keep', grpc(2, 'unknown'), true, true],
  ['a server that starts', new UnknownError(undefined, 'Could not recognize Server Is Not Ready'), true, false],
  ['a server past its own deadline', new DeadlineExceededError(), true, false],
  ['an event that the server refuses', new UnknownError(undefined, 'Could not recognize BadRequest'), false, false],
  ['a stream that was deleted for ever', new StreamDeletedError(undefined, 's'), false, false],
  ['credentials that do not hold', grpc(16, 'not authenticated'), false, true],
  ['a mistake of ours', new TypeError('x is undefined'), false, false],
])('tells %s from a refusal', (_, error, outage, breaks) => {
  expect(isOutage(error)).toBe(outage);
  expect(breaksConnection(error)).toBe(breaks);
});
