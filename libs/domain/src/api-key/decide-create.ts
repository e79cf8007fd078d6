import { grantOf } from '../scopes/grant.js';
import { toSeconds } from '../seconds.js';
import type { CreateApiKey } from './api-key.commands.js';
import type { ApiKeyEvent } from './api-key.events.js';
import type { LineageState } from './api-key.state.js';
import { validLifetime, validName, validKeyText } from './key-field-rules.js';
import { NoFreeKeyId } from './no-free-key-id.js';

/**
 * A new lineage with one key. @throws DomainRejection `invalid_name`, `validation_failed`
 * @throws NoFreeKeyId when the lineage exists: 95 random bits met twice
 */
export function decideCreate(command: CreateApiKey, state: LineageState): readonly ApiKeyEvent[] {
  const name = validName(command.name);
  const description = validKeyText('description', command.description);
  const lifetime = validLifetime(command.lifetimeSeconds);
  const { access, scopes } = grantOf(command);
  if (state.keys.length > 0) throw new NoFreeKeyId();
  return [
    {
      type: 'api_key.created',
      data: {
        key_id: command.keyId,
        name,
        description,
        key_type: command.type,
        environment: command.environment,
        access,
        scopes,
        lifetime_seconds: lifetime,
        expires_at: lifetime === null ? null : toSeconds(command.now) + lifetime,
        hint: command.hint,
        hash: command.hash,
        pepper_version: command.pepperVersion,
      },
    },
  ];
}
