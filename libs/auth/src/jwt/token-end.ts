import { decodeJwt } from 'jose';
import { credentialOf, type CredentialHeaders } from '../credential.js';

/**
 * When the JWT ends by which a request was accepted, Unix seconds; null where it came by another credential. Nothing is
 * checked here: ask only of headers that were authenticated.
 */
export function tokenEnd(headers: CredentialHeaders): number | null {
  const { kind, value } = credentialOf(headers);
  return kind === 'jwt' ? (decodeJwt(value).exp ?? null) : null;
}
