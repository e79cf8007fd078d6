import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ErrorHandler } from './error-handler.js';
import { requestId } from './request-id.js';
import { RequestRefused } from './request-refused.js';
import { answerUnparsedRequest } from './unparsed-requests.js';

const MAX_BODY_BYTES = 1_048_576;
const MAX_HEADER_BYTES = 16_384;

/**
 * Nest's adapter over a Fastify with this API's limits. What goes wrong outside of controllers goes to the same error
 * handler as what goes wrong inside, instead of through Nest's mapping of Fastify's errors.
 */
export class HttpServer extends FastifyAdapter {
  constructor(private readonly errors: ErrorHandler) {
    super({
      logger: false,
      bodyLimit: MAX_BODY_BYTES,
      http: {
        maxHeaderSize: MAX_HEADER_BYTES,
        headersTimeout: 15_000,
        // A request without a host is refused by `runBeforeRoutes`: Node itself would do it without a body.
        requireHostHeader: false,
        // Of a repeated `Authorization` Node would keep the first and hide that there are two credentials.
        joinDuplicateHeaders: true,
      },
      // From the first byte of a request to its last: a client that trickles its body is cut off.
      requestTimeout: 30_000,
      keepAliveTimeout: 65_000,
      genReqId: requestId,
      routerOptions: { maxParamLength: MAX_HEADER_BYTES, ignoreTrailingSlash: false },
      // While it stops, the server answers what still arrives on open connections as ever, and closes them.
      return503OnClosing: false,
      forceCloseConnections: 'idle',
      clientErrorHandler: answerUnparsedRequest,
      frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
        void reply.header('x-request-id', request.id).header('cache-control', 'no-store');
        errors.handle(error, request, reply);
      },
      // No middleware is used, so none is looked for on each request.
      skipMiddie: true,
    });
    // Node would close the one without a word and answer the other 417 without a body.
    this.instance.server.on('connect', (_request, socket: Socket) =>
      answerUnparsedRequest(new Error('CONNECT'), socket),
    );
    this.instance.server.on('checkExpectation', ({ socket }) => answerUnparsedRequest(new Error('Expect'), socket));
    // Where Nest itself, past the router, finds that a request is for no route of its own.
    this.instance.setNotFoundHandler((request, reply) =>
      this.errors.handle(new RequestRefused('not_found'), request, reply),
    );
  }

  override setErrorHandler(): ReturnType<FastifyAdapter['setErrorHandler']> {
    return this.instance.setErrorHandler((error, request, reply) => this.errors.handle(error, request, reply));
  }

  /** Nest's; ours is set above, and unknown routes are refused by `runBeforeRoutes` before their body is looked at. */
  override setNotFoundHandler(): ReturnType<FastifyAdapter['setNotFoundHandler']> {
    return this.instance;
  }
}
