import type { ApiKeyCaller, PlatformCaller, Role, UserCaller } from '#libs/auth';

/** Callers as tests need them. */
export const callers = {
  user(role: Role, orgId = 'org_a'): UserCaller {
    return { type: 'user', id: `user_${role}`, issuer: 'https://issuer.test', orgId, orgSlug: null, role, name: null };
  },
  key(scopes: readonly string[], orgId = 'org_a'): ApiKeyCaller {
    const lineage = 'Lineage000000000';
    const id = `ak_${lineage}0000`;
    return { type: 'api_key', id, lineage, orgId, name: 'A key', keyType: 'service', access: 'scoped', scopes };
  },
  platform: { type: 'platform', id: '0123456789ab' } satisfies PlatformCaller,
};
