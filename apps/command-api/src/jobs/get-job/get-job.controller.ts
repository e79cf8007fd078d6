import { Controller, Get, Inject, Param, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { presentJobInFull, type PresentedJobInFull } from '#libs/domain';
import { getJob } from '#libs/read-models';
import { organizationCaller } from '../../http/organization-caller.js';
import { parseQuery } from '../../http/query-specification.js';
import { READ_JOBS } from '../../http/route-access.js';
import { Contract } from '../../http/route-contract.js';
import { ReadSide } from '../../reads/read-side.js';
import { assertJobId, jobNotFound } from '../job-writes.js';
import { jobInFullSchema } from '../job.schema.js';

@Controller()
export class GetJobController {
  constructor(@Inject(ReadSide) private readonly reads: ReadSide) {}

  @Get('/v1/jobs/:id')
  @Contract({
    operationId: 'getJob',
    summary: 'One job, with its attempts',
    tag: 'Jobs',
    access: READ_JOBS,
    readModel: 'jobs',
    query: {},
    answers: [{ status: 200, description: 'The job.', schema: jobInFullSchema }],
    refuses: ['job_not_found'],
  })
  async get(@Req() request: FastifyRequest, @Param('id') id: string): Promise<PresentedJobInFull> {
    parseQuery({}, request.query);
    assertJobId(id);
    const job = await getJob(this.reads.database, organizationCaller(request).orgId, id);
    if (job === null) throw jobNotFound();
    return presentJobInFull(job, this.reads.nowSeconds());
  }
}
