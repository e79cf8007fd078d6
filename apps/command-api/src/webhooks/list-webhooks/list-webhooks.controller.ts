import { Controller, Get, Inject, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { presentWebhook, type PresentedWebhook } from '#libs/domain';
import { listWebhooks } from '#libs/read-models';
import { listPage, listSchema, type ListPage } from '../../http/list-page.js';
import { organizationCaller } from '../../http/organization-caller.js';
import { pageQuery } from '../../http/page-query.js';
import { queryParameter } from '../../http/query-parameters.js';
import { parseQuery } from '../../http/query-specification.js';
import { READ_WEBHOOKS } from '../../http/route-access.js';
import { Contract } from '../../http/route-contract.js';
import { ReadSide } from '../../reads/read-side.js';
import { WEBHOOK_DELIVERIES, type WebhookDeliveries } from '../webhook-deliveries.js';
import { NO_FIGURES } from '../webhook-writes.js';
import { webhookSchema } from '../webhook.schema.js';

const query = {
  status: queryParameter.commaList(['active', 'paused', 'disabled'], 'Only endpoints of these statuses'),
  ...pageQuery('endpoints'),
};

@Controller()
export class ListWebhooksController {
  constructor(
    @Inject(ReadSide) private readonly reads: ReadSide,
    @Inject(WEBHOOK_DELIVERIES) private readonly deliveries: WebhookDeliveries,
  ) {}

  @Get('/v1/webhooks')
  @Contract({
    operationId: 'listWebhooks',
    summary: 'The endpoints of the organization, newest first',
    tag: 'Webhooks',
    access: READ_WEBHOOKS,
    readModel: 'webhooks',
    query,
    answers: [{ status: 200, description: 'A page of endpoints.', schema: listSchema(webhookSchema) }],
    refuses: ['invalid_cursor'],
  })
  async list(@Req() request: FastifyRequest): Promise<ListPage<PresentedWebhook>> {
    const { limit, cursor, status } = parseQuery(query, request.query);
    const { orgId } = organizationCaller(request);
    const scope = { list: 'webhooks', orgId, filter: { status } };
    const place = this.reads.cursors.open(scope, cursor);
    const page = { limit: limit + 1, beforeSeq: place === null ? null : Number(place) };
    const rows = await listWebhooks(this.reads.database, orgId, { statuses: status }, page);
    const ids = rows.slice(0, limit).map(({ webhook }) => webhook.id);
    const figures = await this.deliveries.figures(orgId, ids);
    return listPage({
      rows,
      limit,
      present: ({ webhook }) => presentWebhook(webhook, figures.get(webhook.id) ?? NO_FIGURES),
      cursorBehind: ({ createdSeq }) => this.reads.cursors.seal(scope, String(createdSeq)),
    });
  }
}
