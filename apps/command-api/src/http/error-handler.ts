import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '#libs/observability';
import { errorAnswer } from './error-answer.js';

/** Answers whatever was thrown, by a hook, a raw route or a controller, in the one shape of errors. */
@Catch()
export class ErrorHandler implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  /** For what Nest runs. */
  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.handle(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  /** For what Fastify runs. */
  handle(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const { status, headers, body } = errorAnswer(error, request.id);
    if (body.detail.code === 'internal_error') {
      this.logger.error({ request_id: request.id, err: error }, 'a request failed unexpectedly');
    } else if (status >= 500) {
      this.logger.warn({ request_id: request.id, code: body.detail.code, err: error }, 'a request met an outage');
    }
    // The head of a streamed answer is out already; cutting the connection is the only way left to say it is broken.
    if (reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    void reply.code(status).headers(headers).header('content-type', 'application/json; charset=utf-8');
    void reply.serializer(JSON.stringify).send(body);
  }
}
