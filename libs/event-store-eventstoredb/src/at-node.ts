import type { EndPoint } from '@eventstore/db-client';

const UP_TO_HOSTS = /^\s*esdb(?:\+discover)?:\/\/([^:]+:[^@]+@)?/;

/**
 * The same connection string, credentials and options and all, for one node alone instead of those that it names. It
 * stays as it is for a node that is known by an IPv6 address, which the client cannot read.
 */
export function atNode(url: string, { address, port }: EndPoint): string {
  if (address.includes(':')) return url;
  const [start = '', credentials = ''] = UP_TO_HOSTS.exec(url) ?? [];
  const hosts = url.slice(start.length);
  const options = hosts.indexOf('?');
  return `esdb://${credentials}${address}:${port}${options < 0 ? '' : hosts.slice(options)}`;
}
