import { Body, Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { BEGINNING } from '#libs/event-store';
import { LiveCredentials } from '../../http/live-credentials.js';
import { clientGone } from '../../http/client-gone.js';
import { parseQuery } from '../../http/query-specification.js';
import { WORK } from '../../http/route-access.js';
import { Contract } from '../../http/route-contract.js';
import { jobSchema } from '../../jobs/job.schema.js';
import { AnswerPosition } from '../answer-position.js';
import { LeaseDesk, type Lease } from '../lease-desk.js';
import { workerCallerOf } from '../worker-caller.js';
import { LeaseJobsRequest } from './lease-jobs.request.js';

const lease = {
  type: 'object',
  additionalProperties: false,
  required: ['lease_token', 'lease_expires_at', 'attempt', 'org_id', 'job', 'input'],
  properties: {
    lease_token: { type: 'string', description: 'Every write about the attempt carries it.' },
    lease_expires_at: { type: 'integer', description: 'Unix seconds.' },
    attempt: { type: 'integer', minimum: 1 },
    org_id: { type: 'string' },
    job: jobSchema,
    input: { type: 'object', additionalProperties: true },
  },
};

@Controller()
export class LeaseJobsController {
  constructor(
    @Inject(LeaseDesk) private readonly desk: LeaseDesk,
    @Inject(LiveCredentials) private readonly credentials: LiveCredentials,
    @Inject(AnswerPosition) private readonly position: AnswerPosition,
  ) {}

  @Post('/v1/worker/leases')
  @HttpCode(200)
  @Contract({
    operationId: 'leaseJobs',
    summary: 'Take work, and wait for it where there is none',
    tag: 'Workers',
    access: WORK,
    answers: [
      {
        status: 200,
        description: 'The leases; none where there was no work in time.',
        headers: ['X-Log-Position'],
        schema: {
          type: 'object',
          additionalProperties: false,
          required: ['data'],
          properties: { data: { type: 'array', items: lease } },
        },
      },
    ],
    refuses: ['event_store_unavailable'],
  })
  async lease(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() body: LeaseJobsRequest,
  ): Promise<{ data: readonly Lease[] }> {
    parseQuery({}, request.query);
    const asked = {
      policyTypes: body.policy_types === undefined ? null : [...new Set(body.policy_types)].sort(),
      max: body.max ?? 1,
      waitSeconds: body.wait_seconds ?? 0,
      workerId: body.worker_id ?? null,
      leaseSeconds: body.lease_seconds ?? 30,
      requestId: body.request_id ?? null,
      assertStillAllowed: () => this.credentials.assertStillAllowed(request.raw.headers, WORK),
    };
    const begun = await this.desk.lease(workerCallerOf(request), asked, clientGone(reply));
    const last = begun.map(({ position }) => position).reduce((a, b) => (a > b ? a : b), BEGINNING);
    if (begun.length > 0) this.position.on(reply, last);
    return { data: begun.map(({ lease }) => lease) };
  }
}
