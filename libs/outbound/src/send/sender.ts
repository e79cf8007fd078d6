import { codeOf } from '#libs/errors';
import { SILENT, type Logger } from '#libs/observability';
import { NameNotResolved } from '../dns/name-not-resolved.js';
import { Blocked } from '../guard/blocked.js';
import type { GuardedUrl } from '../guard/guarded-url.js';
import type { OutboundGuard } from '../guard/outbound-guard.js';
import { UrlRefused } from '../guard/url-refused.js';
import { Places } from '../places.js';
import { ConnectFailed } from './connect-failed.js';
import { Connections } from './connections.js';
import { Deadline } from './deadline.js';
import type { Exchange } from './exchange.js';
import { failure, outcomeOf } from './outcome.js';
import type { SendErrorClass, SendRequest, Sent } from './sent.js';

export interface SenderOptions {
  readonly guard: OutboundGuard;
  /** For one send, from the look-up to the last byte; default 15 s. */
  readonly deadlineMs?: number;
  /** Is told why a send went nowhere, in more detail than a tenant may know. */
  readonly logger?: Logger;
}

const OF_EVERY_REQUEST = {
  'user-agent': 'Keyledger-Webhooks/1',
  'content-type': 'application/json',
  accept: '*/*',
  // Nothing is decompressed: four kilobytes could become gigabytes.
  'accept-encoding': 'identity',
};
/** Only keeps the process from running out of sockets: who may have how many of them is decided by whoever sends. */
const MOST_AT_ONCE = 4_096;

/**
 * Makes one POST to wherever a tenant wants it, as far as the guard lets it: to an address that was checked, over HTTP/1.1,
 * following no redirect, through no proxy. Each send resolves the name anew; a connection is used again only while the name
 * leads to where it leads.
 */
export class Sender {
  readonly #guard: OutboundGuard;
  readonly #deadlineMs: number;
  readonly #logger: Logger;
  readonly #connections = new Connections();
  readonly #places = new Places({ total: MOST_AT_ONCE, perParty: MOST_AT_ONCE });
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<Sent>>();

  constructor({ guard, deadlineMs = 15_000, logger = SILENT }: SenderOptions) {
    this.#guard = guard;
    this.#deadlineMs = deadlineMs;
    this.#logger = logger;
  }

  /** Never rejects. Beyond 4,096 at once it waits first, which the deadline does not count. */
  send(request: SendRequest): Promise<Sent> {
    const sending = this.#send(request).finally(() => this.#running.delete(sending));
    this.#running.add(sending);
    return sending;
  }

  /** Gives up what is being sent (as `aborted`) and resolves when all of it has ended. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#running);
    this.#connections.close();
  }

  async #send(request: SendRequest): Promise<Sent> {
    const deadline = new Deadline([this.#closing.signal, ...(request.signal === undefined ? [] : [request.signal])]);
    let url: GuardedUrl | null = null;
    let free: (() => void) | null = null;
    let startedAt = performance.now();
    try {
      url = this.#guard.parse(request.url);
      free = await this.#places.take('all', deadline.signal);
      startedAt = performance.now();
      deadline.start(this.#deadlineMs);
      const exchange = await this.#exchange(url, request, deadline.signal);
      return outcomeOf(exchange, performance.now() - startedAt, deadline.cause);
    } catch (error) {
      const errorClass = deadline.cause === 'timeout' ? 'timeout' : classOf(error);
      const aborted = deadline.cause === 'aborted';
      if (!aborted) this.#tell(url, errorClass, error);
      return failure(errorClass, performance.now() - startedAt, aborted);
    } finally {
      deadline.end();
      free?.();
    }
  }

  /** Of the URL only its host, for paths have tokens in them. That somebody tries what is not allowed is worth a look. */
  #tell(url: GuardedUrl | null, errorClass: SendErrorClass, error: unknown): void {
    const level = errorClass === 'blocked' ? 'warn' : 'debug';
    this.#logger[level]({ host: url?.hostname, errorClass, reason: reasonOf(error) }, 'nothing was sent to a webhook');
  }

  async #exchange(url: GuardedUrl, { headers, body }: SendRequest, signal: AbortSignal): Promise<Exchange> {
    const addresses = await this.#guard.resolve(url, signal);
    const { connection, putBack } = await this.#connections.open(url, addresses, signal);
    const exchange = await connection.post(url.path, { ...OF_EVERY_REQUEST, ...headers }, body, signal);
    if (exchange.isCut) connection.destroy();
    else putBack();
    return exchange;
  }
}

function classOf(error: unknown): SendErrorClass {
  if (error instanceof NameNotResolved) return 'dns';
  if (error instanceof ConnectFailed) return error.errorClass;
  return error instanceof Blocked || error instanceof UrlRefused ? 'blocked' : 'reset';
}

function reasonOf(error: unknown): string {
  const isOurs = error instanceof NameNotResolved || error instanceof ConnectFailed || error instanceof Blocked;
  return isOurs ? error.reason : codeOf(error);
}
