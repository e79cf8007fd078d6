import { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { FastifyInstance, onRequestHookHandler, onResponseHookHandler } from 'fastify';
import { correlatedBy, tracer } from '#libs/observability';

/**
 * A span for each request to the API's own routes, in the caller's trace where its `traceparent` names one. Of the request
 * it carries method, route template, status and correlation id; concrete paths, headers and addresses stay out, and so
 * does the organization: the correlation id leads to the line of the log that names it.
 *
 * @param quiet routes by method and template that are too hot for a span
 */
export function traceRequests(server: FastifyInstance, quiet: (method: string, route: string) => boolean): void {
  server.addHook('onRoute', (route) => {
    if (!route.url.startsWith('/v1/') || quiet(String(route.method), route.url)) return;
    const before = [route.onRequest ?? []].flat();
    // A HEAD route is made from its GET route, hooks included.
    if (before.includes(begin)) return;
    route.onRequest = [begin, ...before];
    route.onResponse = [...[route.onResponse ?? []].flat(), end];
  });
}

const begin: onRequestHookHandler = (request, _reply, done) => {
  const caller = propagation.extract(ROOT_CONTEXT, request.raw.headers);
  const route = request.routeOptions.url ?? '';
  const attributes = {
    'http.request.method': request.method,
    'http.route': route,
    ...correlatedBy(request.id),
  };
  const span = tracer().startSpan(`${request.method} ${route}`, { kind: SpanKind.SERVER, attributes }, caller);
  request.context.trace = trace.setSpan(caller, span);
  // Fastify itself keeps the context while the body arrives.
  context.with(request.context.trace, () => done());
};

/** A refusal is an answer; only what the server could not do is an error. */
const end: onResponseHookHandler = (request, { statusCode }, done) => {
  const span = trace.getSpan(request.context.trace ?? ROOT_CONTEXT);
  span?.setAttribute('http.response.status_code', statusCode);
  if (statusCode >= 500) span?.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', String(statusCode));
  span?.end();
  done();
};
