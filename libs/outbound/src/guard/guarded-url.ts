import type { IpAddress } from '../address/ip-address.js';

declare const guarded: unique symbol;

/** A URL that the guard has let pass: of the right form, and what it leads to is still to be resolved. */
export interface GuardedUrl {
  readonly [guarded]: true;
  /** Normalised: this is what is kept, shown and sent to. */
  readonly href: string;
  /** Scheme, host and port. */
  readonly origin: string;
  readonly protocol: 'https:' | 'http:';
  /** In punycode, without a trailing dot; an IPv6 literal without brackets. */
  readonly hostname: string;
  readonly port: number;
  /** Path and query. */
  readonly path: string;
  /** Where the host is no name. */
  readonly literal: IpAddress | null;
  /** Of a port or scheme that only addresses of the operator's list may have. */
  readonly onlyAllowed: boolean;
}
