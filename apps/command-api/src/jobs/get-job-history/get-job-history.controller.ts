import { Controller, Get, Inject, Param, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { EventStore } from '#libs/event-store';
import { listJobSteps } from '#libs/read-models';
import { listPage, listSchema, type ListPage } from '../../http/list-page.js';
import { organizationCaller } from '../../http/organization-caller.js';
import { pageQuery } from '../../http/page-query.js';
import { parseQuery } from '../../http/query-specification.js';
import { READ_JOBS } from '../../http/route-access.js';
import { Contract } from '../../http/route-contract.js';
import { ReadSide } from '../../reads/read-side.js';
import { assertJobId, jobNotFound } from '../job-writes.js';
import { jobHistory } from './job-history.js';
import { jobHistoryEntrySchema } from './job-history.schema.js';

/** The log itself, for what no read model keeps. */
export const EVENT_STORE = Symbol('event store');

const query = pageQuery('events');

@Controller()
export class GetJobHistoryController {
  constructor(
    @Inject(ReadSide) private readonly reads: ReadSide,
    @Inject(EVENT_STORE) private readonly store: Pick<EventStore, 'readStream'>,
  ) {}

  @Get('/v1/jobs/:id/history')
  @Contract({
    operationId: 'getJobHistory',
    summary: 'Everything that happened to a job, oldest first, with the job after each event',
    tag: 'Jobs',
    access: READ_JOBS,
    readModel: 'jobs',
    query,
    answers: [{ status: 200, description: 'A page of events.', schema: listSchema(jobHistoryEntrySchema) }],
    refuses: ['job_not_found', 'invalid_cursor', 'event_store_unavailable'],
  })
  async history(@Req() request: FastifyRequest, @Param('id') id: string): Promise<ListPage<object>> {
    const { limit, cursor } = parseQuery(query, request.query);
    assertJobId(id);
    const { orgId } = organizationCaller(request);
    const { database, cursors } = this.reads;
    const scope = { list: 'job-history', orgId, filter: id };
    const place = cursors.open(scope, cursor);
    const afterRevision = place === null ? -1 : Number(place);
    const steps = await listJobSteps(database, orgId, id, { limit: limit + 1, afterRevision });
    if (steps.length === 0 && place === null) throw jobNotFound();
    const shown = await jobHistory(this.store, id, steps.slice(0, limit));
    const page = listPage({
      rows: steps,
      limit,
      present: ({ revision }) => revision,
      cursorBehind: ({ revision }) => cursors.seal(scope, String(revision)),
    });
    return { ...page, data: shown };
  }
}
