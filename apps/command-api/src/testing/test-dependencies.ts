import type { Caller } from '#libs/auth';
import { OpaqueTokens } from '#libs/keyring';
import { SILENT } from '#libs/observability';
import type { CommandApiDependencies } from '../command-api-dependencies.js';
import { LogPositions } from '../http/log-positions.js';
import { RequestRefused } from '../http/request-refused.js';
import { callers } from './callers.js';

/** Bearer words that stand for callers, where a test is not about credentials. */
const CREDENTIALS: Readonly<Record<string, Caller>> = {
  'Bearer admin': callers.user('admin'),
  'Bearer member': callers.user('member'),
  'Bearer auditor': callers.user('auditor'),
  'Bearer other': callers.user('admin', 'org_b'),
  'Bearer manager': callers.key(['keys:manage']),
  'Bearer reader': callers.key(['audit:read']),
  'Bearer plain': callers.key([]),
  'Bearer platform': callers.platform,
};

/** Dependencies that need nothing outside the process; a test replaces those that it is about. */
export function testDependencies(replaced: Partial<CommandApiDependencies> = {}): CommandApiDependencies {
  return {
    settings: { trustedProxies: [], rateLimitRps: 0, authFailuresPerMinute: 0, positionWaitMs: 50 },
    logger: SILENT,
    positions: new LogPositions(new OpaqueTokens(Buffer.alloc(32, 1))),
    authenticate: ({ authorization }) => {
      const caller = CREDENTIALS[authorization ?? ''];
      if (caller === undefined) throw new RequestRefused('unauthorized');
      return caller;
    },
    holdsScope: (caller, scope) => caller.scopes.includes(scope),
    waitFor: () => Promise.resolve(true),
    modules: [],
    ...replaced,
  };
}
