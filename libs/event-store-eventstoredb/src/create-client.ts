import { EventStoreDBClient } from '@eventstore/db-client';
import { EventStoreUrlInvalid } from './event-store-url-invalid.js';

/**
 * What may stand behind the question mark, as the client compares them: without `-` and `_`, in lower case. It prints
 * the whole connection string, password and all, for an option that it does not know and for `tlsVerifyCert=false`, so
 * neither may reach it; `throwOnAppendFailure=false` answers wrong revisions.
 */
const OPTIONS: ReadonlySet<string> = new Set(
  [
    ...['userCertFile', 'userKeyFile', 'tls', 'tlsCAFile', 'connectionName'],
    ...['maxDiscoverAttempts', 'discoveryInterval', 'gossipTimeout', 'nodePreference'],
    ...['keepAliveInterval', 'keepAliveTimeout', 'defaultDeadline'],
  ].map((name) => name.toLowerCase()),
);

/**
 * A client that has not connected yet. Of a cluster it takes the leader: the log of any other node may be behind.
 * @throws EventStoreUrlInvalid
 */
export function createClient(url: string): EventStoreDBClient {
  const [, ...queries] = url.trim().split('?');
  for (const pair of queries.join('&').split('&').filter(Boolean)) {
    const [name, value] = pair.split('=').map(flat);
    if (name === undefined || !OPTIONS.has(name)) {
      throw new EventStoreUrlInvalid('the event store URL has an option that is not supported');
    }
    if (name === 'nodepreference' && value !== 'leader') {
      throw new EventStoreUrlInvalid(
        'the event store URL may prefer no node but the leader, which alone has the whole log',
      );
    }
  }
  try {
    return EventStoreDBClient.connectionString(url);
  } catch (error) {
    // Its own error carries the connection string.
    const fileProblem = error instanceof Error && !('connectionString' in error) ? `: ${error.message}` : '';
    throw new EventStoreUrlInvalid(
      `the event store URL is not of the form esdb://[user:password@]host:port[,host:port][?option=value]${fileProblem}`,
    );
  }
}

/** As the client compares names. */
function flat(text: string): string {
  return text.trim().toLowerCase().replace(/[_-]/g, '');
}
