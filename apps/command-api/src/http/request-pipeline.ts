import type { FastifyInstance, FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify';
import { isError } from '#libs/errors';
import type { ClientAddresses } from './client-address.js';
import type { KnownRoutes } from './known-routes.js';
import { RequestContext } from './request-context.js';
import type { RequestGuard } from './request-guard.js';
import { RequestRefused } from './request-refused.js';
import type { RouteContract } from './route-contract.js';

type OnRequest = (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction) => void;

/**
 * Nothing of this API may be kept by a cache, shown in a frame, run, or taken for what it is not. Few, because every
 * header is felt on the hot path; older ones that the policy includes (`X-Frame-Options`) are left out.
 */
const ANSWER_HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
};

export interface RequestPipelineOptions {
  readonly addresses: ClientAddresses;
  readonly guard: RequestGuard;
  readonly routes: KnownRoutes;
}

/**
 * What runs before any route, in this order: context, headers of the answer, unknown routes, then the guard of the
 * route. All of it in `onRequest`, because Fastify parses the body before anything of Nest runs, and a caller without
 * a credential shall not learn what is wrong with its body.
 */
export function runBeforeRoutes(server: FastifyInstance, { addresses, guard, routes }: RequestPipelineOptions): void {
  const guards = new WeakSet<object>();
  server.addHook('onRequest', (request, reply, done) => {
    request.context = new RequestContext(request, addresses);
    void reply.headers(ANSWER_HEADERS).header('x-request-id', request.id);
    const { raw } = request;
    if (raw.headers.host === undefined && raw.httpVersion === '1.1') return done(new RequestRefused('bad_request'));
    if (!request.is404) return done(hasEmptyParameter(request.params) ? new RequestRefused('not_found') : undefined);
    const [path = ''] = request.url.split('?');
    const allow = routes.methodsAt(path);
    done(allow.length === 0 ? new RequestRefused('not_found') : new RequestRefused('method_not_allowed', { allow }));
  });
  server.addHook('onRoute', (route) => {
    const contract = route.config?.contract;
    const before = [route.onRequest ?? []].flat();
    // A HEAD route is made from its GET route, guard included.
    if (contract === undefined || before.some((hook) => guards.has(hook))) return;
    const hook = guardHook(contract, guard);
    guards.add(hook);
    route.onRequest = [...before, hook];
  });
}

/** The router takes `//` for an empty parameter; no route here has an object without an id. */
function hasEmptyParameter(params: unknown): boolean {
  for (const name in Object(params)) {
    if (name !== '*' && Reflect.get(Object(params), name) === '') return true;
  }
  return false;
}

function guardHook(contract: RouteContract, guard: RequestGuard): OnRequest {
  return (request, _reply, done) => {
    let checked: void | Promise<void>;
    try {
      checked = guard.check(contract, request);
    } catch (error) {
      return done(asError(error));
    }
    if (checked === undefined) return done();
    checked.then(
      () => done(),
      (error: unknown) => done(asError(error)),
    );
  };
}

function asError(error: unknown): Error {
  return isError(error) ? error : new Error('something that is no error was thrown', { cause: error });
}
