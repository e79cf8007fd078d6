import { Resolver as CAres } from 'node:dns/promises';
import { codeOf } from '#libs/errors';
import { Places } from '../places.js';
import { NameNotResolved } from './name-not-resolved.js';
import type { Resolver } from './resolver.js';
import { siteOf } from './site-of.js';

export interface DnsResolverOptions {
  /** Name servers as `address` or `address:port`; default those of the system. */
  readonly servers?: readonly string[];
  /** For a whole look-up, waiting for a place included; default 2 s. */
  readonly deadlineMs?: number;
}

/** As many as there are sends, so that whoever has a few sites with silent name servers cannot take them all. */
const BOUNDS = { total: 4_096, perParty: 32 };
/** A name server that answers for IPv4 and never for IPv6 shall not cost the deadline each time. */
const OTHER_FAMILY_MS = 300;

/**
 * Looks names up by c-ares. Not `dns.lookup`, which holds one of the four threads that files and cryptography need too, so
 * that one slow name server would stall the process. It knows no hosts file and no search domain, and remembers nothing:
 * what it answers is what holds now. Look-ups are bounded, also for each site; the same name is asked for once at a time.
 */
export class DnsResolver implements Resolver {
  readonly #cares: CAres;
  readonly #places = new Places(BOUNDS);
  readonly #running = new Map<string, Promise<readonly string[]>>();
  readonly #deadlineMs: number;

  constructor({ servers, deadlineMs = 2_000 }: DnsResolverOptions = {}) {
    this.#deadlineMs = deadlineMs;
    // A datagram that is lost is sent again, twice, within the deadline.
    this.#cares = new CAres({ timeout: Math.ceil(deadlineMs / 4), tries: 3, maxTimeout: Math.ceil(deadlineMs / 2) });
    if (servers !== undefined) this.#cares.setServers(servers);
  }

  resolve(hostname: string, signal: AbortSignal): Promise<readonly string[]> {
    let running = this.#running.get(hostname);
    if (running === undefined) {
      running = this.#lookUp(hostname).finally(() => this.#running.delete(hostname));
      this.#running.set(hostname, running);
    }
    return unlessAborted(running, signal);
  }

  async #lookUp(hostname: string): Promise<readonly string[]> {
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(new NameNotResolved('ETIMEOUT')), this.#deadlineMs);
    try {
      const free = await this.#places.take(siteOf(hostname), deadline.signal);
      const queries = [this.#cares.resolve4(hostname), this.#cares.resolve6(hostname)];
      // The place is free once c-ares is done, which may be after we have stopped waiting for it.
      void Promise.allSettled(queries).then(free);
      return await firstAddresses(queries, deadline.signal);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The addresses of both families, or of the one that is there while the other is long in coming. */
function firstAddresses(queries: readonly Promise<string[]>[], deadline: AbortSignal): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const found: string[] = [];
    let [pending, reason] = [queries.length, 'ENODATA'];
    let timer: NodeJS.Timeout | undefined;
    const end = (): void => {
      clearTimeout(timer);
      deadline.removeEventListener('abort', end);
      if (found.length > 0) resolve(found);
      else reject(deadline.aborted ? (deadline.reason as Error) : new NameNotResolved(reason));
    };
    const settled = (): void => {
      pending--;
      if (pending === 0) end();
      else if (found.length > 0) timer = setTimeout(end, OTHER_FAMILY_MS);
    };
    deadline.addEventListener('abort', end, { once: true });
    for (const query of queries)
      query.then(
        (addresses) => {
          found.push(...addresses);
          settled();
        },
        (error: unknown) => {
          if (codeOf(error) !== 'ENODATA') reason = codeOf(error);
          settled();
        },
      );
  });
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
