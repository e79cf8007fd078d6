import type { IncomingHttpHeaders } from 'node:http';
import { tokenEnd, type ApiKeyCaller, type Caller, type OrganizationCaller } from '#libs/auth';
import { kindsFor, type LiveEventKind } from './live-event-kinds.js';
import type { StillGood } from './open-streams.js';

export interface CredentialWatchOptions {
  /** As for a new request, but no use of a key is noted. @throws an error where the credential is not, or cannot be, accepted */
  readonly authenticate: (headers: IncomingHttpHeaders) => Caller | Promise<Caller>;
  readonly holdsScope: (caller: ApiKeyCaller, scope: string) => boolean;
  /** Unix milliseconds. */
  readonly clock: () => number;
}

/** Tells for as long as a stream is open whether its credential would still open it, with the same kinds of events. */
export class CredentialWatch {
  constructor(private readonly options: CredentialWatchOptions) {}

  kindsFor(caller: OrganizationCaller): ReadonlySet<LiveEventKind> {
    return kindsFor(caller, this.options.holdsScope);
  }

  /**
   * A token is good until its own end, without the tolerance that a request has for the clocks' difference. A key is asked
   * for like one that a request brings: revoked, suspended, expired, deleted, or short of a scope that it had. Where this
   * node cannot know, it is not.
   */
  of(caller: OrganizationCaller, headers: IncomingHttpHeaders): StillGood {
    if (caller.type === 'user') {
      const { authorization, 'x-api-key': xApiKey } = headers;
      const endMs = (tokenEnd({ authorization, xApiKey }) ?? 0) * 1_000;
      return () => this.options.clock() < endMs;
    }
    const kinds = this.kindsFor(caller);
    const isSame = (now: Caller): boolean => now.type === 'api_key' && isSubset(kinds, this.kindsFor(now));
    return () => {
      try {
        const now = this.options.authenticate(headers);
        return now instanceof Promise ? now.then(isSame, () => false) : isSame(now);
      } catch {
        return false;
      }
    };
  }
}

function isSubset<T>(some: ReadonlySet<T>, others: ReadonlySet<T>): boolean {
  return [...some].every((one) => others.has(one));
}
