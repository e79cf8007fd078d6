import type pg from 'pg';
import { MalformedEvent, parseWebhookEvent, WEBHOOK_STREAM_PREFIX, webhookDecider, webhookStream } from '#libs/domain';
import type { Projection, SequencedEvent } from '#libs/projections';
import { loadWebhooks, type ProjectedWebhook, type WebhookName } from './load-webhooks.js';
import { writeWebhooks, type ChangedWebhook } from './write-webhooks.js';

/** Which webhook endpoints are there? Folds each with the domain's own fold, onto what the page before left. */
export class WebhooksProjection implements Projection {
  readonly name = 'webhooks';
  readonly version = 1;
  readonly streams = [WEBHOOK_STREAM_PREFIX];

  async handle(page: readonly SequencedEvent[], transaction: pg.ClientBase): Promise<void> {
    const begun = new Set(page.filter(({ event }) => event.revision === 0).map(({ event }) => event.stream));
    const known = await loadWebhooks(transaction, namesOf(page.filter(({ event }) => !begun.has(event.stream))));
    const changed = new Map<string, ChangedWebhook>();
    for (const { event, seq } of page) {
      const recorded = parseWebhookEvent(event);
      const { webhook_id: id } = recorded.data;
      if (webhookStream(id) !== event.stream) throw new MalformedEvent(event.type, 'it is about another endpoint');
      const before = changed.get(id) ?? known.get(id);
      const orgId = event.metadata.org_id;
      if (before !== undefined && before.orgId !== orgId) {
        throw new MalformedEvent(event.type, 'the endpoint is of another organization');
      }
      const { webhook } = webhookDecider.evolve(stateOf(before), recorded);
      if (webhook === null) throw new MalformedEvent(event.type, 'it leaves no endpoint');
      changed.set(id, { orgId, webhook, createdSeq: before?.createdSeq ?? seq, isNew: begun.has(event.stream) });
    }
    await writeWebhooks(transaction, [...changed.values()]);
  }
}

function stateOf(projected: ProjectedWebhook | undefined) {
  return projected === undefined ? webhookDecider.initialState : { orgId: projected.orgId, webhook: projected.webhook };
}

/** An endpoint that another organization's event is in has no row under that name, and the fold refuses the event. */
function namesOf(page: readonly SequencedEvent[]): readonly WebhookName[] {
  const names = page.map(({ event }) => ({
    orgId: event.metadata.org_id,
    id: event.stream.slice(WEBHOOK_STREAM_PREFIX.length),
  }));
  return [...new Map(names.map((name) => [name.id, name])).values()];
}
