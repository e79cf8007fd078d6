import { Controller, Get, Inject, Param, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { INTEGRATION_EVENT_TYPES } from '#libs/domain';
import { getWebhook } from '#libs/read-models';
import { DELIVERY_STATUSES, type DeliveryView } from '#libs/webhook-deliveries';
import { listSchema, type ListPage } from '../../http/list-page.js';
import { organizationCaller } from '../../http/organization-caller.js';
import { pageQuery } from '../../http/page-query.js';
import { queryParameter } from '../../http/query-parameters.js';
import { parseQuery } from '../../http/query-specification.js';
import { READ_WEBHOOKS } from '../../http/route-access.js';
import { Contract } from '../../http/route-contract.js';
import { ReadSide } from '../../reads/read-side.js';
import { WEBHOOK_DELIVERIES, type WebhookDeliveries } from '../webhook-deliveries.js';
import { assertWebhookId, webhookNotFound } from '../webhook-writes.js';
import { deliverySchema } from '../webhook.schema.js';

const query = {
  status: queryParameter.commaList(DELIVERY_STATUSES, 'Only deliveries of these statuses'),
  event_type: queryParameter.commaList(INTEGRATION_EVENT_TYPES, 'Only deliveries of these types'),
  ...pageQuery('deliveries'),
};

@Controller()
export class ListDeliveriesController {
  constructor(
    @Inject(ReadSide) private readonly reads: ReadSide,
    @Inject(WEBHOOK_DELIVERIES) private readonly deliveries: WebhookDeliveries,
  ) {}

  @Get('/v1/webhooks/:id/deliveries')
  @Contract({
    operationId: 'listDeliveries',
    summary: 'What was sent to an endpoint and what is to be, newest first, with every attempt',
    tag: 'Webhooks',
    access: READ_WEBHOOKS,
    readModel: () => ['webhooks', 'deliveries'],
    query,
    answers: [{ status: 200, description: 'A page of deliveries.', schema: listSchema(deliverySchema) }],
    refuses: ['invalid_cursor', 'webhook_not_found'],
  })
  async list(@Req() request: FastifyRequest, @Param('id') id: string): Promise<ListPage<DeliveryView>> {
    const { limit, cursor, status, event_type: eventType } = parseQuery(query, request.query);
    const { orgId } = organizationCaller(request);
    const scope = { list: 'deliveries', orgId, filter: { id, status, eventType } };
    const before = this.reads.cursors.open(scope, cursor);
    assertWebhookId(id);
    if ((await getWebhook(this.reads.database, orgId, id)) === null) throw webhookNotFound();
    const page = await this.deliveries.list(orgId, id, {
      ...{ limit, before },
      status: status ?? undefined,
      eventType: eventType ?? undefined,
    });
    return {
      data: page.deliveries,
      next_cursor: page.next === null ? null : this.reads.cursors.seal(scope, page.next),
      has_more: page.next !== null,
    };
  }
}
