import type { GuardedUrl } from '../guard/guarded-url.js';
import type { VettedAddress } from '../guard/vetted-address.js';
import type { Connection } from './connection.js';

const MOST_IDLE = 256;
/** A connection that is never closed would outlive what the certificate and our rules said when it was made. */
const OLDEST_MS = 45_000;

/**
 * Connections that wait for another request, by origin and address: one is used again only for a name that still resolves to
 * the address that it leads to. Bounded; the one that has waited longest goes first.
 */
export class IdleConnections {
  readonly #byKey = new Map<string, Set<Connection>>();
  /** In the order in which they were put back. */
  readonly #all = new Map<Connection, string>();

  take(url: GuardedUrl, address: VettedAddress): Connection | null {
    for (const connection of this.#byKey.get(keyOf(url, address)) ?? []) {
      this.remove(connection);
      if (isOfUse(connection)) return connection;
      connection.destroy();
    }
    return null;
  }

  put(url: GuardedUrl, address: VettedAddress, connection: Connection): void {
    if (!isOfUse(connection)) return connection.destroy();
    const key = keyOf(url, address);
    this.#all.set(connection, key);
    const same = this.#byKey.get(key) ?? new Set();
    this.#byKey.set(key, same.add(connection));
    const [oldest] = this.#all.keys();
    if (this.#all.size > MOST_IDLE && oldest !== undefined) {
      this.remove(oldest);
      oldest.destroy();
    }
  }

  /** Nothing happens where it does not wait here. */
  remove(connection: Connection): void {
    const key = this.#all.get(connection);
    if (key === undefined) return;
    this.#all.delete(connection);
    const same = this.#byKey.get(key);
    same?.delete(connection);
    if (same?.size === 0) this.#byKey.delete(key);
  }

  close(): void {
    for (const connection of [...this.#all.keys()]) {
      this.remove(connection);
      connection.destroy();
    }
  }
}

function isOfUse(connection: Connection): boolean {
  return connection.isOpen && performance.now() - connection.bornAt < OLDEST_MS;
}

function keyOf({ origin }: GuardedUrl, { address }: VettedAddress): string {
  return `${origin} ${address}`;
}
