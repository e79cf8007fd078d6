import type { IncomingHttpHeaders } from 'node:http';
import type { ApiKeyCaller, Caller } from '#libs/auth';
import { authorize } from './authorize.js';
import type { RouteAccess } from './route-access.js';

export interface LiveCredentialsOptions {
  /** As for a new request, but no use of a key is noted. @throws an error where the credential is not, or cannot be, accepted */
  readonly authenticate: (headers: IncomingHttpHeaders) => Caller | Promise<Caller>;
  readonly holdsScope: (caller: ApiKeyCaller, scope: string) => boolean;
}

/** Whether who has waited for an answer may still have it: a wait is long enough for a key to be revoked in. */
export class LiveCredentials {
  constructor(private readonly options: LiveCredentialsOptions) {}

  /** @throws what a new request with these headers would be refused with */
  async assertStillAllowed(headers: IncomingHttpHeaders, access: RouteAccess): Promise<void> {
    authorize(await this.options.authenticate(headers), access, this.options.holdsScope);
  }
}
