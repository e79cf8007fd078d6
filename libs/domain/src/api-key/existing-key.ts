import { DomainRejection } from '../domain-rejection.js';
import type { KeyState, LineageState } from './api-key.state.js';
import { statusAt, type KeyStatus } from './status-at.js';

/** @throws DomainRejection `api_key_not_found` for an id that the lineage does not have, or no longer */
export function existingKey({ keys }: LineageState, keyId: string): KeyState {
  const key = keys.find(({ id, deleted }) => id === keyId && !deleted);
  if (key === undefined) throw new DomainRejection('api_key_not_found', 'API key not found.');
  return key;
}

/** @throws DomainRejection `api_key_not_active` unless the key's status is one of those */
export function requireStatus(key: KeyState, nowSeconds: number, ...allowed: readonly KeyStatus[]): void {
  const status = statusAt(key, nowSeconds);
  if (!allowed.includes(status)) {
    throw new DomainRejection('api_key_not_active', `API key is ${status}, not ${allowed.join(' or ')}.`);
  }
}
