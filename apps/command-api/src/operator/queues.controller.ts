import { Controller, Get, Inject, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { count, listOf, objectOf, text } from '../http/json-schema.js';
import { parseQuery } from '../http/query-specification.js';
import { OPERATOR } from '../http/route-access.js';
import { Contract } from '../http/route-contract.js';
import { LeaseRows } from '../worker/lease-rows.js';

const queuesSchema = objectOf({
  data: listOf(
    objectOf({
      org_id: text,
      queued: { ...count, description: 'Due, and waiting for a worker.' },
      pending: { ...count, description: 'Waiting for their time.' },
      processing: count,
      oldest_queued_seconds: { ...count, description: 'How long the job is due that waits longest; 0 where none is.' },
    }),
  ),
});

/** What waits, by organization: too much to tell, and to too many, for labels of metrics. */
@Controller()
export class QueuesController {
  constructor(@Inject(LeaseRows) private readonly rows: LeaseRows) {}

  @Get('/v1/operator/queues')
  @Contract({
    operationId: 'listQueues',
    summary: 'What waits for workers and what they work on, by organization',
    tag: 'Operations',
    access: OPERATOR,
    answers: [{ status: 200, description: 'Every organization that has any of it.', schema: queuesSchema }],
  })
  async list(@Req() request: FastifyRequest): Promise<object> {
    parseQuery({}, request.query);
    const now = Math.floor(Date.now() / 1_000);
    return {
      data: (await this.rows.figures()).map(({ orgId, queued, pending, processing, dueSince }) => ({
        ...{ org_id: orgId, queued, pending, processing },
        oldest_queued_seconds: dueSince === null ? 0 : Math.max(0, now - dueSince),
      })),
    };
  }
}
