import { assertMayUpdate } from '../scopes/grant-policy.js';
import { grantAfter, grantOf } from '../scopes/grant.js';
import { toSeconds } from '../seconds.js';
import type { UpdateApiKey } from './api-key.commands.js';
import type { ApiKeyEvent } from './api-key.events.js';
import type { KeyState, LineageState } from './api-key.state.js';
import { changesBetween } from './changes-between.js';
import { existingKey, requireStatus } from './existing-key.js';
import { validName, validKeyText } from './key-field-rules.js';

/**
 * Only what really changes is recorded; nothing changed is no event. Of an active or suspended key.
 * @throws DomainRejection `invalid_name`, `validation_failed`, `api_key_not_found`, `scope_grant_forbidden`,
 *   `api_key_not_active`
 */
export function decideUpdate(command: UpdateApiKey, state: LineageState): readonly ApiKeyEvent[] {
  const texts = {
    ...(command.name === undefined ? {} : { name: validName(command.name) }),
    ...(command.description === undefined ? {} : { description: validKeyText('description', command.description) }),
  };
  // What is wrong by itself is refused as such, before anybody learns whether the key is there.
  if (command.scopes !== undefined) grantOf(command);
  const before = existingKey(state, command.keyId);
  if (command.grantor !== undefined) assertMayUpdate(command.grantor, before, command);
  const nowSeconds = toSeconds(command.now);
  requireStatus(before, nowSeconds, 'active', 'suspended');
  const { access, scopes } = grantAfter(before, command);
  const after: KeyState = { ...before, ...texts, access, scopes };
  const changes = changesBetween(before, after, nowSeconds);
  if (changes.length === 0) return [];
  return [{ type: 'api_key.updated', data: { key_id: after.id, name: after.name, changes } }];
}
