import { fetchJson } from './fetch-json.js';
import { secureUrl } from './secure-url.js';

/** Where an OpenID Connect issuer says its keys are (Discovery 1.0, section 4). @throws Error when it does not say so properly */
export async function discoverJwksUrl(issuer: string, deadlineMs?: number): Promise<URL> {
  const url = new URL(`${issuer.replace(/\/+$/, '')}/.well-known/openid-configuration`);
  const document = await fetchJson(url, deadlineMs);
  if (typeof document !== 'object' || document === null) throw new Error('the discovery document is no object');
  const { issuer: named, jwks_uri } = document as { readonly issuer?: unknown; readonly jwks_uri?: unknown };
  // Section 4.3: a document that names another issuer must not be used, or one tenant could speak for another.
  if (named !== issuer) throw new Error('the discovery document is of another issuer');
  if (typeof jwks_uri !== 'string') throw new Error('the discovery document names no jwks_uri');
  return secureUrl('jwks_uri', jwks_uri);
}
