import { Controller, Get, Inject, Param, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { presentWebhook, type PresentedWebhook } from '#libs/domain';
import { getWebhook } from '#libs/read-models';
import { organizationCaller } from '../../http/organization-caller.js';
import { parseQuery } from '../../http/query-specification.js';
import { READ_WEBHOOKS } from '../../http/route-access.js';
import { Contract } from '../../http/route-contract.js';
import { ReadSide } from '../../reads/read-side.js';
import { WEBHOOK_DELIVERIES, type WebhookDeliveries } from '../webhook-deliveries.js';
import { assertWebhookId, NO_FIGURES, webhookNotFound } from '../webhook-writes.js';
import { webhookSchema } from '../webhook.schema.js';

@Controller()
export class GetWebhookController {
  constructor(
    @Inject(ReadSide) private readonly reads: ReadSide,
    @Inject(WEBHOOK_DELIVERIES) private readonly deliveries: WebhookDeliveries,
  ) {}

  @Get('/v1/webhooks/:id')
  @Contract({
    operationId: 'getWebhook',
    summary: 'One endpoint, and how its deliveries fare',
    tag: 'Webhooks',
    access: READ_WEBHOOKS,
    readModel: 'webhooks',
    query: {},
    answers: [{ status: 200, description: 'The endpoint.', schema: webhookSchema }],
    refuses: ['webhook_not_found'],
  })
  async get(@Req() request: FastifyRequest, @Param('id') id: string): Promise<PresentedWebhook> {
    parseQuery({}, request.query);
    assertWebhookId(id);
    const { orgId } = organizationCaller(request);
    const webhook = await getWebhook(this.reads.database, orgId, id);
    if (webhook === null) throw webhookNotFound();
    const figures = await this.deliveries.figures(orgId, [id]);
    return presentWebhook(webhook, figures.get(id) ?? NO_FIGURES);
  }
}
