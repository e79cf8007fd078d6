import type { FastifyInstance } from 'fastify';
import type { Logger, ProductMetrics, RequestLine } from '#libs/observability';

export interface AfterRoutesOptions {
  readonly logger: Logger;
  readonly metrics: Pick<ProductMetrics, 'answered'>;
  /** Routes by method and template that are too hot for a line and a measurement each. */
  readonly quiet: (method: string, route: string) => boolean;
}

/** What is noted of every answered request: its metrics, and one line with named fields. */
export function noteAnswers(server: FastifyInstance, { logger, metrics, quiet }: AfterRoutesOptions): void {
  server.addHook('onRoute', (route) => {
    if (quiet(String(route.method), route.url)) return;
    route.onResponse = [
      ...[route.onResponse ?? []].flat(),
      (request, reply, done) => {
        const { caller, requestId, receivedAt } = request.context;
        const seconds = (performance.now() - receivedAt) / 1_000;
        const isStream = reply.getHeader('content-type') === 'text/event-stream';
        metrics.answered(request.method, route.url, reply.statusCode, isStream ? null : seconds);
        const line: RequestLine = {
          method: request.method,
          route: route.url,
          status: reply.statusCode,
          duration_ms: Math.round(seconds * 1_000_000) / 1_000,
          request_id: requestId,
          org_id: caller === null || caller.type === 'platform' ? null : caller.orgId,
          caller_type: caller?.type ?? null,
          caller_id: caller?.id ?? null,
        };
        logger.info({ request: line }, 'answered');
        done();
      },
    ];
  });
}
