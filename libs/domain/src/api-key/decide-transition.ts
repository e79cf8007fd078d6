import { toSeconds } from '../seconds.js';
import type { DeleteApiKey, ReactivateApiKey, RevokeApiKey, SuspendApiKey } from './api-key.commands.js';
import type { ApiKeyEvent } from './api-key.events.js';
import type { KeyState, LineageState } from './api-key.state.js';
import { changesBetween } from './changes-between.js';
import { existingKey, requireStatus } from './existing-key.js';
import { validKeyText } from './key-field-rules.js';
import { reactivated, revoked, suspended } from './key-transitions.js';
import { isRevokedAt, statusAt } from './status-at.js';

export type TransitionCommand = RevokeApiKey | SuspendApiKey | ReactivateApiKey | DeleteApiKey;

/**
 * Revoke, suspend, reactivate and delete. Asked for again, the first three are "already so".
 * @throws DomainRejection `validation_failed`, `api_key_not_found`; `api_key_not_active` for suspending or
 *   reactivating a key that is revoked, expired or rotating
 */
export function decideTransition(command: TransitionCommand, state: LineageState): readonly ApiKeyEvent[] {
  const reason = validKeyText('reason', command.reason);
  const key = existingKey(state, command.keyId);
  const nowSeconds = toSeconds(command.now);
  const changed = (after: KeyState) => ({
    key_id: key.id,
    name: key.name,
    changes: changesBetween(key, after, nowSeconds),
  });
  switch (command.kind) {
    case 'RevokeApiKey':
      if (isRevokedAt(key, nowSeconds)) return [];
      return [{ type: 'api_key.revoked', data: changed(revoked(key, nowSeconds, reason)) }];
    case 'SuspendApiKey':
      requireStatus(key, nowSeconds, 'active', 'suspended');
      if (key.suspended !== null) return [];
      return [{ type: 'api_key.suspended', data: changed(suspended(key, nowSeconds, reason)) }];
    case 'ReactivateApiKey':
      requireStatus(key, nowSeconds, 'active', 'suspended');
      if (key.suspended === null) return [];
      return [{ type: 'api_key.reactivated', data: changed(reactivated(key, nowSeconds)) }];
    case 'DeleteApiKey': {
      const changes = [{ field: 'status', before: statusAt(key, nowSeconds), after: null }];
      return [{ type: 'api_key.deleted', data: { key_id: key.id, name: key.name, changes } }];
    }
  }
}
