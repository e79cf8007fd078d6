import { toSeconds } from '../seconds.js';
import type { AnnounceExpiry } from './api-key.commands.js';
import type { ApiKeyEvent } from './api-key.events.js';
import type { LineageState } from './api-key.state.js';
import { expiryNoticeAt } from './expiry-notice.js';
import { isExpiredAt, isRevokedAt } from './status-at.js';

/**
 * Tells that a key ends by its lifetime, if there is still somebody to tell and something to end. Nobody asked, so
 * nothing is refused. That it is told once, the id of the command sees to: no state remembers it.
 */
export function decideAnnounceExpiry(command: AnnounceExpiry, { keys }: LineageState): readonly ApiKeyEvent[] {
  const key = keys.find(({ id, deleted }) => id === command.keyId && !deleted);
  const nowSeconds = toSeconds(command.now);
  if (key === undefined || key.rotatedTo !== null || isRevokedAt(key, nowSeconds)) return [];
  if (key.expiresAt === null || key.expiresAt !== command.expiresAt || isExpiredAt(key, nowSeconds)) return [];
  const moment = expiryNoticeAt(key.expiresAt, command.daysLeft);
  if (moment <= key.createdAt || moment > nowSeconds) return [];
  const data = { key_id: key.id, name: key.name, expires_at: key.expiresAt, days_left: command.daysLeft };
  return [{ type: 'api_key.expiring', data }];
}
