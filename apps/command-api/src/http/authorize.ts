import type { Caller } from '#libs/auth';
import { RequestRefused } from './request-refused.js';
import type { RouteAccess } from './route-access.js';

/**
 * Lets a caller through or refuses it: 401 where no scope would help, 403 naming the scope where one
 * would. `holdsScope` is the policy of what a key's access and scopes amount to.
 * @throws RequestRefused
 */
export function authorize(
  caller: Caller,
  access: RouteAccess,
  holdsScope: (caller: Caller & { readonly type: 'api_key' }, scope: string) => boolean,
): void {
  switch (caller.type) {
    case 'platform':
      if (!access.platform) throw new RequestRefused('unauthorized');
      return;
    case 'user':
      if (!access.roles.includes(caller.role)) throw new RequestRefused('unauthorized');
      return;
    case 'api_key': {
      if (access.scopes === 'any') return;
      const [first] = access.scopes;
      if (first === undefined) throw new RequestRefused('unauthorized');
      if (access.scopes.some((scope) => holdsScope(caller, scope))) return;
      throw new RequestRefused('insufficient_scope', {
        requiredScope: first,
        message: `This call needs the scope ${first}.`,
      });
    }
  }
}
