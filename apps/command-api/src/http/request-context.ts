import type { Context } from '@opentelemetry/api';
import type { FastifyRequest } from 'fastify';
import type { Caller } from '#libs/auth';
import type { ClientAddresses } from './client-address.js';

const LONGEST_USER_AGENT = 512;

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before anything else looks at the request. */
    context: RequestContext;
  }
}

/** What is known of a request beside its route and body. The costlier parts are found out when they are asked for. */
export class RequestContext {
  /** Null on public routes, and until the credential was checked. */
  caller: Caller | null = null;
  /** Where the request's span is, null on routes without one. */
  trace: Context | null = null;
  readonly receivedAt = performance.now();

  constructor(
    private readonly request: FastifyRequest,
    private readonly addresses: ClientAddresses,
  ) {}

  get requestId(): string {
    return this.request.id;
  }

  /** The client's address behind trusted proxies, null where the connection is already gone. */
  get clientIp(): string | null {
    return this.addresses.of(this.request.socket.remoteAddress, this.request.headers['x-forwarded-for']);
  }

  /** Cut to 512 characters: it is stored with every event. */
  get userAgent(): string | null {
    return this.request.headers['user-agent']?.slice(0, LONGEST_USER_AGENT) ?? null;
  }
}
