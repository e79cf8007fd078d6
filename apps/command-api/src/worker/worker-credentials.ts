import type { IncomingHttpHeaders } from 'node:http';
import { AuthenticationFailed, type ApiKeyCaller, type Caller } from '#libs/auth';
import { authorize } from '../http/authorize.js';
import { WORK } from '../http/route-access.js';

export interface WorkerCredentialsOptions {
  /** As for a new request, but no use of a key is noted. @throws an error where the credential is not, or cannot be, accepted */
  readonly authenticate: (headers: IncomingHttpHeaders) => Caller | Promise<Caller>;
  readonly holdsScope: (caller: ApiKeyCaller, scope: string) => boolean;
}

/** Whether who waits for work may still have it: a wait is long enough for a key to be revoked in. */
export class WorkerCredentials {
  constructor(private readonly options: WorkerCredentialsOptions) {}

  /** @throws what a new request with these headers would be refused with */
  async assertStillAllowed(headers: IncomingHttpHeaders): Promise<void> {
    const caller = await this.options.authenticate(headers);
    if (caller.type === 'user') throw new AuthenticationFailed('unauthorized');
    authorize(caller, WORK, this.options.holdsScope);
  }
}
