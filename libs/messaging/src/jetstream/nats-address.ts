/** Where NATS is and who asks, as its client takes it: with no credentials in what it may show. */
export interface NatsAddress {
  /** `host:port` of one server or of several of a cluster. */
  readonly servers: string[];
  readonly user?: string;
  readonly pass?: string;
  readonly token?: string;
  /** Whether the connection has to be encrypted. */
  readonly tls?: Record<string, never>;
}

const PORT = '4222';

/**
 * Reads `NATS_URL`: `nats://` or `tls://` URLs of one cluster, in a comma list. `user:password@` of the first that has it
 * holds for all; a user alone is a token.
 */
export function natsAddress(urls: string): NatsAddress {
  const parsed = urls.split(',').map((url) => new URL(url.trim()));
  const named = parsed.find(({ username }) => username !== '');
  const [user, pass] = [decodeURIComponent(named?.username ?? ''), decodeURIComponent(named?.password ?? '')];
  return {
    servers: parsed.map(({ hostname, port }) => `${hostname}:${port === '' ? PORT : port}`),
    ...(user === '' ? {} : pass === '' ? { token: user } : { user, pass }),
    ...(parsed.some(({ protocol }) => protocol === 'tls:') ? { tls: {} } : {}),
  };
}
