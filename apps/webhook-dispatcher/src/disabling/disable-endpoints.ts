import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { webhookStreams, type CommandRunner } from '#libs/commands';
import { webhookStream, type Actor } from '#libs/domain';
import { EventStoreUnavailable } from '#libs/event-store';
import { Backoff, pause } from '#libs/lifecycle';
import type { Logger } from '#libs/observability';
import { endpointsToDisable, type EndpointToDisable } from '#libs/webhook-deliveries';
import { PutOff } from './put-off.js';

export interface DisableEndpointsOptions {
  /** Of the projector role. */
  readonly pool: pg.Pool;
  readonly runner: Pick<CommandRunner, 'run'>;
  readonly logger: Logger;
  /** Between two looks, milliseconds; default 1 s. */
  readonly everyMs?: number;
  /** Most at one look, default 100. */
  readonly batch?: number;
}

const DISPATCHER: Actor = { type: 'system', id: 'webhook-dispatcher', name: 'Webhook dispatcher' };
const LOOK_EVERY_MS = 1_000;
const BATCH = 100;

/**
 * Stores the event of what the dispatcher has judged already: an endpoint that answered 410, or that nothing reached for
 * days. Nothing is sent to it from the judgement on; the event tells people, and may come late. One whose event cannot be
 * stored is a log line, is put off for longer each time, and holds up no other.
 */
export async function disableEndpoints(options: DisableEndpointsOptions, signal: AbortSignal): Promise<void> {
  const { pool, logger, everyMs = LOOK_EVERY_MS, batch = BATCH } = options;
  const backoff = new Backoff({ firstMs: everyMs, longestMs: 30_000 });
  const putOff = new PutOff(() => performance.now());
  while (!signal.aborted) {
    let pauseMs = everyMs;
    try {
      for (const endpoint of await endpointsToDisable(pool, batch, putOff.now())) {
        if (signal.aborted) return;
        await disable(options, endpoint, putOff);
      }
      backoff.succeeded();
    } catch (error) {
      pauseMs = backoff.failed();
      logger.warn({ err: error, pauseMs }, 'endpoints that are to be disabled were not');
    }
    await pause(pauseMs, signal);
  }
}

/**
 * Once for each judgement, whoever carries it out. Its event's fold clears the judgement, and so does that of a deletion.
 * @throws EventStoreUnavailable
 */
async function disable(
  { runner, logger }: DisableEndpointsOptions,
  { orgId, webhookId, reason }: EndpointToDisable,
  putOff: PutOff,
): Promise<void> {
  const requestId = `webhook-dispatcher-${randomUUID()}`;
  const of = { webhook: webhookId, org: orgId, reason };
  try {
    const { events } = await runner.run({
      type: webhookStreams,
      stream: webhookStream(webhookId),
      commandId: randomUUID(),
      metadata: {
        ...{ org_id: orgId, actor: DISPATCHER, request_id: requestId, correlation_id: requestId },
        ...{ reason: null, ip: null, user_agent: null },
      },
      command: (now) => ({ kind: 'DisableWebhook' as const, webhookId, statusReason: reason, now }),
      repeated: false,
    });
    // Without one the log has it already, or something else, and the fold has yet to come there.
    if (events.length === 0) {
      const againAfterMs = putOff.add(webhookId);
      return logger.info({ ...of, againAfterMs }, 'an endpoint that is to be disabled is not active');
    }
    putOff.forget(webhookId);
    logger.warn(of, 'an endpoint was disabled');
  } catch (error) {
    const againAfterMs = putOff.add(webhookId);
    logger.warn({ err: error, ...of, againAfterMs }, 'an endpoint was not disabled');
    // The others would fare no better now.
    if (error instanceof EventStoreUnavailable) throw error;
  }
}
