import type { FastifyInstance, RouteOptions } from 'fastify';
import type { RouteContract } from './route-contract.js';

export interface KnownRoute {
  readonly method: string;
  /** As it was registered, with `:id` for a parameter. */
  readonly path: string;
  readonly contract: RouteContract | null;
  readonly body: boolean;
}

/** Every route of the server as it was registered, Nest's and the raw ones alike. */
export class KnownRoutes {
  readonly #routes: KnownRoute[] = [];

  /** To be called before the first route is registered. */
  constructor(server: FastifyInstance) {
    server.addHook('onRoute', (route: RouteOptions) => {
      for (const method of [route.method].flat()) {
        const body = !['GET', 'HEAD'].includes(method);
        this.#routes.push({ method, path: route.url, contract: route.config?.contract ?? null, body });
      }
    });
  }

  all(): readonly KnownRoute[] {
    return this.#routes;
  }

  /** The methods that a concrete path takes, sorted; none where there is no such route. */
  methodsAt(path: string): readonly string[] {
    const matching = this.#routes.filter((route) => matches(route.path, path)).map(({ method }) => method);
    return [...new Set(matching)].sort();
  }
}

function matches(pattern: string, path: string): boolean {
  if (pattern.endsWith('*')) return path.startsWith(pattern.slice(0, -1));
  const [expected, found] = [pattern.split('/'), path.split('/')];
  return (
    expected.length === found.length &&
    expected.every((part, index) => (part.startsWith(':') ? found[index] !== '' : part === found[index]))
  );
}
