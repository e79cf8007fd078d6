import { Controller, Get, Inject, Param, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { isDeliveryId } from '#libs/domain';
import { getWebhook } from '#libs/read-models';
import type { DeliveryView } from '#libs/webhook-deliveries';
import { organizationCaller } from '../../http/organization-caller.js';
import { parseQuery } from '../../http/query-specification.js';
import { READ_WEBHOOKS } from '../../http/route-access.js';
import { Contract } from '../../http/route-contract.js';
import { ReadSide } from '../../reads/read-side.js';
import { deliveryNotFound } from '../requested-deliveries.js';
import { WEBHOOK_DELIVERIES, type WebhookDeliveries } from '../webhook-deliveries.js';
import { assertWebhookId, webhookNotFound } from '../webhook-writes.js';
import { deliverySchema } from '../webhook.schema.js';

@Controller()
export class GetDeliveryController {
  constructor(
    @Inject(ReadSide) private readonly reads: ReadSide,
    @Inject(WEBHOOK_DELIVERIES) private readonly deliveries: WebhookDeliveries,
  ) {}

  @Get('/v1/webhooks/:id/deliveries/:delivery_id')
  @Contract({
    operationId: 'getDelivery',
    summary: 'One delivery, with every attempt at it',
    tag: 'Webhooks',
    access: READ_WEBHOOKS,
    readModel: () => ['webhooks', 'deliveries'],
    query: {},
    answers: [{ status: 200, description: 'The delivery.', schema: deliverySchema }],
    refuses: ['webhook_not_found', 'delivery_not_found'],
  })
  async get(
    @Req() request: FastifyRequest,
    @Param('id') id: string,
    @Param('delivery_id') deliveryId: string,
  ): Promise<DeliveryView> {
    parseQuery({}, request.query);
    assertWebhookId(id);
    const { orgId } = organizationCaller(request);
    if ((await getWebhook(this.reads.database, orgId, id)) === null) throw webhookNotFound();
    const delivery = isDeliveryId(deliveryId) ? await this.deliveries.get(orgId, id, deliveryId) : null;
    if (delivery === null) throw deliveryNotFound();
    return delivery;
  }
}
