import { Controller, Get, Inject, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { presentJob, type JobStatus, type PresentedJob } from '#libs/domain';
import { listJobs } from '#libs/read-models';
import { listPage, listSchema, type ListPage } from '../../http/list-page.js';
import { organizationCaller } from '../../http/organization-caller.js';
import { pageQuery } from '../../http/page-query.js';
import { queryParameter } from '../../http/query-parameters.js';
import { parseQuery } from '../../http/query-specification.js';
import { READ_JOBS } from '../../http/route-access.js';
import { Contract } from '../../http/route-contract.js';
import { ReadSide } from '../../reads/read-side.js';
import { jobSchema } from '../job.schema.js';

const STATUSES = ['pending', 'queued', 'processing', 'completed', 'failed', 'cancelled'] as const satisfies JobStatus[];

/** Of a page; a job with the largest result that there may be is a sixteenth of it. */
const MOST_BYTES = 4_194_304;

const query = {
  status: queryParameter.commaList(STATUSES, 'Only jobs of these statuses'),
  policy_type: queryParameter.text(64, 'Only jobs of this policy type'),
  source: queryParameter.oneOf(['api', 'web'], { absent: null, description: 'Only jobs submitted so' }),
  key_id: queryParameter.text(200, 'Only jobs submitted with this key'),
  created_after: queryParameter.time('Only jobs submitted from then on'),
  created_before: queryParameter.time('Only jobs submitted before then'),
  ...pageQuery('jobs'),
};

@Controller()
export class ListJobsController {
  constructor(@Inject(ReadSide) private readonly reads: ReadSide) {}

  @Get('/v1/jobs')
  @Contract({
    operationId: 'listJobs',
    summary: 'The jobs of the organization, newest first',
    tag: 'Jobs',
    access: READ_JOBS,
    readModel: 'jobs',
    query,
    answers: [
      {
        status: 200,
        description:
          'A page of jobs. It ends before its `limit`, with a cursor to go on from, where its jobs would be larger than about 4 MiB.',
        schema: listSchema(jobSchema),
      },
    ],
    refuses: ['invalid_cursor'],
  })
  async list(@Req() request: FastifyRequest): Promise<ListPage<PresentedJob>> {
    const { limit, cursor, ...sent } = parseQuery(query, request.query);
    const { orgId } = organizationCaller(request);
    const scope = { list: 'jobs', orgId, filter: sent };
    const place = this.reads.cursors.open(scope, cursor);
    const now = this.reads.nowSeconds();
    const filter = {
      statuses: sent.status,
      policyType: sent.policy_type,
      source: sent.source,
      keyId: sent.key_id,
      createdAfter: wholeSeconds(sent.created_after),
      createdBefore: wholeSeconds(sent.created_before),
    };
    const bounds = { limit, bytes: MOST_BYTES, beforeSeq: place === null ? null : Number(place) };
    const { jobs, more } = await listJobs(this.reads.database, orgId, filter, bounds, now);
    return listPage({
      ...{ rows: jobs, limit, more },
      present: ({ job }) => presentJob(job, now),
      cursorBehind: ({ createdSeq }) => this.reads.cursors.seal(scope, String(createdSeq)),
    });
  }
}

/** Jobs are dated by the second: both bounds of a period fall on the next whole one. */
function wholeSeconds(milliseconds: number | null): number | null {
  return milliseconds === null ? null : Math.ceil(milliseconds / 1_000);
}
