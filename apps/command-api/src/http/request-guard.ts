import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { RateLimiter, type ApiKeyCaller, type Caller } from '#libs/auth';
import type { Position } from '#libs/event-store';
import { authorize } from './authorize.js';
import { errorCode } from './error-answer.js';
import { limitedAddress } from './limited-address.js';
import type { LogPositions } from './log-positions.js';
import { RequestRefused } from './request-refused.js';
import type { RouteAccess } from './route-access.js';
import type { ReadModelName, RouteContract } from './route-contract.js';

export interface RequestGuardOptions {
  /** Synchronous where no network is needed. @throws an error with the code to answer */
  readonly authenticate: (headers: IncomingHttpHeaders) => Caller | Promise<Caller>;
  readonly holdsScope: (caller: ApiKeyCaller, scope: string) => boolean;
  readonly positions: LogPositions;
  /** Whether the read model reached the position within the time. */
  readonly waitFor: (readModel: ReadModelName, position: Position, timeoutMs: number) => Promise<boolean>;
  readonly positionWaitMs: number;
  /** Requests a second and credential, with a burst of twice that; 0: no limit. */
  readonly rateLimitRps: number;
  /** Failed authentications a minute and address, of IPv6 a /64; 0: no limit. */
  readonly authFailuresPerMinute: number;
  readonly clock?: () => number;
}

/** What every request passes before its body is looked at: credential 401, rate 429, permission 403, position. */
export class RequestGuard {
  readonly #rates: RateLimiter;
  readonly #failures: RateLimiter;

  constructor(private readonly options: RequestGuardOptions) {
    const { rateLimitRps, authFailuresPerMinute, clock: monotonic = () => performance.now() } = options;
    this.#rates = new RateLimiter({ rps: rateLimitRps, monotonic });
    this.#failures = new RateLimiter({ rps: authFailuresPerMinute / 60, burst: authFailuresPerMinute, monotonic });
  }

  /** Passes at once, without a promise, where nothing has to be waited for. @throws what the request is refused with */
  check(contract: RouteContract, request: FastifyRequest): void | Promise<void> {
    const { access } = contract;
    if (access === null) return;
    let caller: Caller | Promise<Caller>;
    try {
      caller = this.options.authenticate(request.raw.headers);
    } catch (error) {
      throw this.#afterFailure(error, request);
    }
    if (!(caller instanceof Promise)) return this.#admit(caller, access, contract, request);
    return caller.then(
      (known) => this.#admit(known, access, contract, request),
      (error: unknown) => {
        throw this.#afterFailure(error, request);
      },
    );
  }

  /** Whether the request carries a valid platform token; on open routes, where everything else is as good as none. */
  async isOperator(request: FastifyRequest): Promise<boolean> {
    try {
      return (await this.options.authenticate(request.raw.headers)).type === 'platform';
    } catch {
      return false;
    }
  }

  #admit(caller: Caller, access: RouteAccess, contract: RouteContract, request: FastifyRequest): void | Promise<void> {
    request.context.caller = caller;
    if (access.rateLimited && caller.type !== 'platform') {
      const wait = this.#rates.take(credentialOf(caller));
      if (wait > 0) throw new RequestRefused('rate_limited', { retryAfterSeconds: wait });
    }
    authorize(caller, access, this.options.holdsScope);
    const token = request.raw.headers['x-min-log-position'];
    if (token !== undefined) return this.#waitFor(token, contract, request);
  }

  async #waitFor(token: string | string[], { readModel }: RouteContract, request: FastifyRequest): Promise<void> {
    const { method, query } = request;
    if (method !== 'GET' && method !== 'HEAD') return;
    const position = typeof token === 'string' ? this.options.positions.open(token) : null;
    if (position === null) throw RequestRefused.field('X-Min-Log-Position', 'must be an X-Log-Position of this server');
    if (readModel === undefined) return;
    const readModels = typeof readModel === 'function' ? readModel(query) : [readModel];
    const waits = readModels.map((name) => this.options.waitFor(name, position, this.options.positionWaitMs));
    if ((await Promise.all(waits)).includes(false)) throw new RequestRefused('read_model_behind');
  }

  /** A wrong credential counts against its address. None at all does not: it costs nothing and guesses nothing. */
  #afterFailure(error: unknown, request: FastifyRequest): unknown {
    const { authorization, 'x-api-key': apiKey } = request.raw.headers;
    if (authorization === undefined && apiKey === undefined) return error;
    const code = errorCode(error);
    if (code !== 'unauthorized' && code !== 'invalid_api_key') return error;
    const wait = this.#failures.take(limitedAddress(request.context.clientIp ?? ''));
    return wait > 0 ? new RequestRefused('rate_limited', { retryAfterSeconds: wait }) : error;
  }
}

function credentialOf(caller: Exclude<Caller, { type: 'platform' }>): string {
  return caller.type === 'api_key' ? caller.id : JSON.stringify([caller.issuer, caller.orgId, caller.id]);
}
