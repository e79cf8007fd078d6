import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { webhookStreams, type CommandRunner } from '#libs/commands';
import { DomainRejection, webhookStream, type Actor } from '#libs/domain';
import { Backoff, pause } from '#libs/lifecycle';
import type { Logger } from '#libs/observability';
import { endpointsToDisable, type EndpointToDisable } from '#libs/webhook-deliveries';

export interface DisableEndpointsOptions {
  /** Of the projector role. */
  readonly pool: pg.Pool;
  readonly runner: Pick<CommandRunner, 'run'>;
  readonly logger: Logger;
}

const DISPATCHER: Actor = { type: 'system', id: 'webhook-dispatcher', name: 'Webhook dispatcher' };
const LOOK_EVERY_MS = 1_000;
const AT_ONCE = 100;

/**
 * Stores the event of what the dispatcher has judged already: an endpoint that answered 410, or that nothing reached for
 * days. Nothing is sent to it from the judgement on; the event tells people, and may come late.
 */
export async function disableEndpoints(options: DisableEndpointsOptions, signal: AbortSignal): Promise<void> {
  const { pool, logger } = options;
  const backoff = new Backoff({ firstMs: LOOK_EVERY_MS, longestMs: 30_000 });
  while (!signal.aborted) {
    let pauseMs = LOOK_EVERY_MS;
    try {
      for (const endpoint of await endpointsToDisable(pool, AT_ONCE)) await disable(options, endpoint);
      backoff.succeeded();
    } catch (error) {
      pauseMs = backoff.failed();
      logger.warn({ err: error, pauseMs }, 'endpoints that are to be disabled were not');
    }
    await pause(pauseMs, signal);
  }
}

/** Once for each judgement, whoever carries it out. Its event's fold clears the judgement, and so does that of a deletion. */
async function disable({ runner, logger }: DisableEndpointsOptions, endpoint: EndpointToDisable): Promise<void> {
  const { orgId, webhookId, reason } = endpoint;
  const requestId = `webhook-dispatcher-${randomUUID()}`;
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
    if (events.length > 0) logger.warn({ webhook: webhookId, org: orgId, reason }, 'an endpoint was disabled');
  } catch (error) {
    if (!(error instanceof DomainRejection)) throw error;
  }
}
