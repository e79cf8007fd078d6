import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { lineageOf } from '#libs/domain';
import type { Logger, ProductMetrics } from '#libs/observability';
import type { Denial, DenialRecorder } from './denial-recorder.js';
import { errorAnswer, type ErrorBody } from './error-answer.js';

export interface ErrorHandlerOptions {
  readonly logger: Logger;
  readonly metrics: Pick<ProductMetrics, 'denied'>;
  readonly denials: DenialRecorder;
}

const DENIALS: readonly Denial['code'][] = ['unauthorized', 'insufficient_scope', 'scope_grant_forbidden'];

/** Answers whatever was thrown, by a hook, a raw route or a controller, in the one shape of errors. */
@Catch()
export class ErrorHandler implements ExceptionFilter {
  constructor(private readonly options: ErrorHandlerOptions) {}

  /** For what Nest runs. */
  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.handle(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  /** For what Fastify runs. */
  handle(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const { status, headers, body } = errorAnswer(error, request.id);
    this.#note(error, request, body);
    // The head of a streamed answer is out already; cutting the connection is the only way left to say it is broken.
    if (reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    void reply.code(status).headers(headers).header('content-type', 'application/json; charset=utf-8');
    void reply.serializer(JSON.stringify).send(body);
  }

  #note(error: unknown, request: FastifyRequest, { detail }: ErrorBody): void {
    const { logger, metrics } = this.options;
    if (detail.code === 'internal_error') {
      logger.error({ request_id: request.id, err: error }, 'a request failed unexpectedly');
    } else if (detail.code.endsWith('_unavailable')) {
      logger.warn({ request_id: request.id, code: detail.code, err: error }, 'a request met an outage');
    }
    const code = DENIALS.find((denial) => denial === detail.code);
    if (code !== undefined) this.#denied(code, request, detail.required_scope ?? null);
    if (code !== undefined || detail.code === 'invalid_api_key') metrics.denied(detail.code);
  }

  #denied(code: Denial['code'], request: FastifyRequest, requiredScope: string | null): void {
    const { contract } = request.routeOptions.config;
    const { caller, requestId, clientIp: ip, userAgent } = request.context;
    if (caller === null || caller.type === 'platform' || contract?.access?.denialsAreAudited !== true) return;
    const route = request.routeOptions.url ?? '';
    const targetId = targetOf(request.params);
    const { method } = request;
    this.options.denials.record({ caller, code, requiredScope, method, route, targetId, requestId, ip, userAgent });
  }
}

/** The key that the path names, where it is of the form of an id: nothing else of a path is fit for the log. */
function targetOf(params: unknown): string | null {
  if (typeof params !== 'object' || params === null || !('id' in params) || typeof params.id !== 'string') return null;
  return lineageOf(params.id) === null ? null : params.id;
}
