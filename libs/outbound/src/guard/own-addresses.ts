import { networkInterfaces } from 'node:os';
import { isSameIp, parseIp, type IpAddress } from '../address/ip-address.js';

const FRESH_MS = 30_000;

/** The addresses of this very machine, public ones too: nobody else's webhook may call us from inside. */
export class OwnAddresses {
  #known: readonly IpAddress[] = [];
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly read: () => readonly string[] = ofInterfaces) {}

  has(ip: IpAddress): boolean {
    const now = performance.now();
    if (now - this.#readAt > FRESH_MS) {
      this.#known = this.read().flatMap((text) => parseIp(text) ?? []);
      this.#readAt = now;
    }
    return this.#known.some((own) => isSameIp(own, ip));
  }
}

function ofInterfaces(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));
}
