import type { JWTPayload } from 'jose';
import type { Role } from '../caller.js';
import { InvalidToken } from './jwt-errors.js';

/** The names of the claims that we read; a provider that must prefix its own may call them otherwise. */
export interface ClaimNames {
  readonly subject: string;
  readonly orgId: string;
  readonly orgSlug: string;
  readonly role: string;
  readonly name: string;
}

export const DEFAULT_CLAIM_NAMES: ClaimNames = {
  subject: 'sub',
  orgId: 'org_id',
  orgSlug: 'org_slug',
  role: 'org_role',
  name: 'name',
};

const ROLES: readonly Role[] = ['admin', 'member', 'auditor'];
const ORG_ID = /^[\x21-\x7e]{1,128}$/;
const LONGEST_SUBJECT = 255;
const LONGEST_TEXT = 200;
/** They are stored with every event, and Postgres cannot hold a NUL nor UTF-8 a lone surrogate. */
const UNSTORABLE = /[\p{Cc}\p{Cs}]/u;

/** @throws InvalidToken when there is none of 1 to 128 visible ASCII characters */
export function orgIdOf(claims: JWTPayload, name: string): string {
  const value = claimOf(claims, name);
  if (typeof value === 'string' && ORG_ID.test(value)) return value;
  throw new InvalidToken('the token names no organization');
}

/** @throws InvalidToken when it is no role that we know */
export function roleOf(claims: JWTPayload, name: string): Role {
  const value = claimOf(claims, name);
  const role = ROLES.find((known) => known === value);
  if (role === undefined) throw new InvalidToken('the token names no known role');
  return role;
}

/** Null where there is none. @throws InvalidToken when it is longer than OpenID Connect allows or cannot be stored */
export function subjectOf(claims: JWTPayload, name: string): string | null {
  const value = claimOf(claims, name);
  if (typeof value !== 'string' || value.trim() === '') return null;
  if (value.length > LONGEST_SUBJECT || UNSTORABLE.test(value)) throw new InvalidToken('the subject cannot be stored');
  return value;
}

/** What only people read: cut to 200 characters, and left out where it cannot be stored. */
export function textOf(claims: JWTPayload, name: string): string | null {
  const value = claimOf(claims, name);
  if (typeof value !== 'string' || value.trim() === '' || UNSTORABLE.test(value)) return null;
  return [...value.slice(0, 2 * LONGEST_TEXT)].slice(0, LONGEST_TEXT).join('');
}

function claimOf(claims: JWTPayload, name: string): unknown {
  return Object.hasOwn(claims, name) ? claims[name] : undefined;
}
