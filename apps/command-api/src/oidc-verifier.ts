import { JwtVerifier } from '#libs/auth';
import type { Logger } from '#libs/observability';
import { SettingsInvalid, type Settings } from '#libs/settings';

/** The verifier for the operator's OpenID Connect issuer. @throws SettingsInvalid where none is named */
export function oidcVerifier(settings: Settings, logger: Logger): JwtVerifier {
  const { oidcIssuer, oidcAudience, oidcJwksUrl, claimSubject, claimOrgId, claimOrgSlug, claimRole } = settings;
  if (oidcIssuer === null || oidcAudience === null) {
    throw new SettingsInvalid([
      'OIDC_ISSUER and OIDC_AUDIENCE must name who issues your JWTs, or DEV_ISSUER=true starts the embedded issuer.',
    ]);
  }
  return JwtVerifier.ofOidcIssuer({
    issuer: oidcIssuer,
    audience: oidcAudience,
    jwksUrl: oidcJwksUrl,
    claims: { subject: claimSubject, orgId: claimOrgId, orgSlug: claimOrgSlug, role: claimRole },
    now: () => Date.now(),
    monotonic: () => performance.now(),
    logger,
  });
}
