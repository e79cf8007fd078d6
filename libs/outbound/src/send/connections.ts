import type { GuardedUrl } from '../guard/guarded-url.js';
import type { VettedAddress } from '../guard/vetted-address.js';
import { connect } from './connect.js';
import { ConnectFailed } from './connect-failed.js';
import { Connection } from './connection.js';
import { IdleConnections } from './idle-connections.js';

const MOST_TRIED = 3;

/** A connection for one request, and where to put it back. */
export interface OpenConnection {
  readonly connection: Connection;
  /** For one whose answer was read to its end; another must be destroyed. */
  readonly putBack: () => void;
}

/** Connections to checked addresses, those that wait for another request first. */
export class Connections {
  readonly #idle = new IdleConnections();

  /**
   * To one of these addresses, which were all checked just now: three are tried where TCP fails.
   * @throws ConnectFailed, or what the signal was aborted with
   */
  async open(url: GuardedUrl, addresses: readonly VettedAddress[], signal: AbortSignal): Promise<OpenConnection> {
    for (const address of addresses) {
      const connection = this.#idle.take(url, address);
      if (connection !== null) return this.#opened(url, address, connection);
    }
    let failed = new ConnectFailed('connect', 'ENOTFOUND');
    // More machines have a way out by IPv4.
    const inOrder = addresses.toSorted((one, other) => one.family - other.family);
    for (const address of inOrder.slice(0, MOST_TRIED)) {
      try {
        const connection = new Connection(url, await connect(url, address, signal));
        connection.onClosed(() => this.#idle.remove(connection));
        return this.#opened(url, address, connection);
      } catch (error) {
        if (!(error instanceof ConnectFailed) || error.errorClass !== 'connect') throw error;
        failed = error;
      }
    }
    throw failed;
  }

  /** Hangs up on those that wait. */
  close(): void {
    this.#idle.close();
  }

  #opened(url: GuardedUrl, address: VettedAddress, connection: Connection): OpenConnection {
    return { connection, putBack: () => this.#idle.put(url, address, connection) };
  }
}
