import { apiKeyStreams, nameBasedId, type CommandRunner } from '#libs/commands';
import { expiryNoticeAt, lineageOf, lineageStream, type Actor, type AnnounceExpiry } from '#libs/domain';
import type { DueNotice } from './due-notices.js';

const ANNOUNCER: Actor = { type: 'system', id: 'expiry-announcer', name: 'Expiry announcer' };

/** Made up once: ids within it are these commands'. */
const NAMESPACE = '7c1d2a54-9f0b-4c0e-8e55-2f6b9d3a61c8';

/**
 * Has the key's stream say that it expires, unless that is no longer so. The id of the command follows from the moment, so
 * that however many processes try it, and however often, the event is stored once.
 * @returns whether that is settled: false where nothing was stored and something may be yet, as where the clock was set
 *   back and the moment has yet to come
 * @throws EventStoreUnavailable @throws MalformedEvent, UnknownEvent for a stream that cannot be folded
 */
export async function announceExpiry(
  runner: CommandRunner,
  { orgId, keyId, expiresAt, daysLeft }: DueNotice,
): Promise<boolean> {
  const commandId = nameBasedId(NAMESPACE, `${keyId}/${expiresAt}/${daysLeft}`);
  const requestId = `expiry-${commandId}`;
  const { events, state } = await runner.run({
    type: apiKeyStreams,
    stream: lineageStream(lineageOf(keyId) ?? ''),
    commandId,
    metadata: {
      ...{ org_id: orgId, actor: ANNOUNCER, request_id: requestId, correlation_id: requestId },
      ...{ reason: null, ip: null, user_agent: null },
    },
    command: (now): AnnounceExpiry => ({ kind: 'AnnounceExpiry', keyId, daysLeft, expiresAt, now }),
    // Another process may have stored it already: its event is looked for first.
    repeated: true,
  });
  const key = state.keys.find(({ id, deleted }) => id === keyId && !deleted);
  const isOver = key === undefined || key.revoked !== null || key.rotatedTo !== null;
  return events.length > 0 || isOver || expiryNoticeAt(expiresAt, daysLeft) <= key.createdAt;
}
