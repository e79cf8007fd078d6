import type { Socket } from 'node:net';
import { STATUS_CODES } from 'node:http';
import { errorAnswer } from './error-answer.js';
import type { ErrorCode } from './error-codes.js';
import { requestId } from './request-id.js';
import { RequestRefused } from './request-refused.js';

const CODES: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};

/** Answers what never became a request, because Node could not read it as one, and ends the connection. */
export function answerUnparsedRequest(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const answer = errorAnswer(new RequestRefused(CODES[error.code ?? ''] ?? 'bad_request'), requestId({ headers: {} }));
  const body = JSON.stringify(answer.body);
  const head = [
    `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? ''}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${answer.body.detail.request_id}`,
    'cache-control: no-store',
    'x-content-type-options: nosniff',
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
