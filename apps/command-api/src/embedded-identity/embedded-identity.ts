import { EmbeddedIssuer, platformTokenHash, type JwtVerifier } from '#libs/auth';
import { readOrDeriveLastingSession, writeSession } from './session-file.js';

/** Who may sign in with `DEV_ISSUER=true`: the same over restarts, and on every node of one data directory. */
export interface EmbeddedIdentity {
  readonly jwt: JwtVerifier;
  readonly platformTokenSha256: string;
  /** Writes `session.json` for the API at that URL. */
  announce(url: string): Promise<void>;
}

/** Whom the session's admin token names, and for how long. */
const SESSION_ADMIN = { user: 'user_admin', role: 'admin', name: 'Admin', expiresInSeconds: 12 * 3_600 } as const;

/** Makes the signing key at the first start. @throws Error that names a file that cannot be read */
export async function openEmbeddedIdentity(dataDirectory: string): Promise<EmbeddedIdentity> {
  const issuer = await EmbeddedIssuer.open(dataDirectory);
  const session = await readOrDeriveLastingSession(dataDirectory, (purpose) => issuer.derive(purpose));
  return {
    jwt: issuer.verifier(),
    platformTokenSha256: platformTokenHash(session.platform_token),
    announce: async (url) => {
      const admin_token = await issuer.sign({ ...SESSION_ADMIN, org: session.org_id, orgSlug: session.org_slug });
      const console_url = `${url}/${session.org_slug}/developers`;
      await writeSession(dataDirectory, { ...session, url, console_url, admin_token });
    },
  };
}
