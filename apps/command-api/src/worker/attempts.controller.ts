import { Body, Controller, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { presentJobInFull, toSeconds, type PresentedJobInFull } from '#libs/domain';
import type { ErrorCode } from '../http/error-codes.js';
import { parseQuery } from '../http/query-specification.js';
import { WORK } from '../http/route-access.js';
import { Contract, type JsonSchema, type RouteContract } from '../http/route-contract.js';
import { sha256Of } from '../jobs/sha256-of.js';
import { JobSchemas } from '../jobs/job-schemas.js';
import { jobInFullSchema } from '../jobs/job.schema.js';
import { AnswerPosition } from './answer-position.js';
import { AttemptWrites, type WrittenJob } from './attempt-writes.js';
import { CompleteJobRequest, FailAttemptRequest, HeartbeatRequest, ReportProgressRequest } from './attempts.request.js';
import { workerCallerOf } from './worker-caller.js';
import { usageIn } from './worker-fields.js';

const attemptRoute = (
  operationId: string,
  summary: string,
  schema: JsonSchema,
  refuses: readonly ErrorCode[] = [],
): RouteContract => ({
  operationId,
  summary,
  tag: 'Workers',
  access: WORK,
  answers: [
    {
      ...{ status: 200, description: 'As it stands now.', schema },
      ...(schema === heartbeatSchema ? {} : { headers: ['X-Log-Position'] as const }),
    },
  ],
  refuses: ['job_not_found', 'lease_lost', 'event_store_unavailable', ...refuses],
});

const heartbeatSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['lease_expires_at', 'cancel_requested'],
  properties: {
    lease_expires_at: { type: 'integer', description: 'Unix seconds.' },
    cancel_requested: { type: 'boolean', description: 'The job was cancelled: stop, the lease is not extended.' },
  },
};

@Controller()
export class AttemptsController {
  constructor(
    @Inject(AttemptWrites) private readonly attempts: AttemptWrites,
    @Inject(JobSchemas) private readonly schemas: JobSchemas,
    @Inject(AnswerPosition) private readonly position: AnswerPosition,
  ) {}

  @Post('/v1/worker/jobs/:id/heartbeat')
  @HttpCode(200)
  @Contract(attemptRoute('heartbeat', 'Extend the lease', heartbeatSchema))
  async heartbeat(
    @Req() request: FastifyRequest,
    @Param('id') id: string,
    @Body() { lease_token: token }: HeartbeatRequest,
  ): Promise<object> {
    parseQuery({}, request.query);
    const attempt = await this.attempts.attemptOf(workerCallerOf(request), id, token);
    const { expiresAt, cancelRequested } = await this.attempts.extend(attempt);
    return { lease_expires_at: toSeconds(expiresAt), cancel_requested: cancelRequested };
  }

  @Post('/v1/worker/jobs/:id/progress')
  @HttpCode(200)
  @Contract(attemptRoute('reportProgress', 'Say how far the attempt is, and extend the lease', jobInFullSchema))
  async progress(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
    @Body() { lease_token: token, percent, message = null }: ReportProgressRequest,
  ): Promise<PresentedJobInFull> {
    parseQuery({}, request.query);
    const worker = workerCallerOf(request);
    const attempt = await this.attempts.attemptOf(worker, id, token);
    return this.#answer(
      reply,
      await this.attempts.progress(worker, attempt, (now, leaseEndsAt) => ({
        ...{ kind: 'ReportProgress', jobId: id, attempt: attempt.attempt, percent, message, leaseEndsAt, now },
      })),
    );
  }

  @Post('/v1/worker/jobs/:id/complete')
  @HttpCode(200)
  @Contract(
    attemptRoute('completeJob', 'End the attempt with its result', jobInFullSchema, [
      'invalid_result',
      'schema_check_unavailable',
    ]),
  )
  async complete(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
    @Body() { lease_token: token, result = null, usage: sent }: CompleteJobRequest,
  ): Promise<PresentedJobInFull> {
    parseQuery({}, request.query);
    const worker = workerCallerOf(request);
    const attempt = await this.attempts.attemptOf(worker, id, token);
    const lease = await this.attempts.leaseOf(attempt);
    // Of an attempt that has lost its lease the result is worth nothing, right or wrong.
    if (lease.isHeld) await this.schemas.assertResult(attempt, result);
    const usage = usageIn(sent);
    const resultSha256 = sha256Of(result);
    return this.#answer(
      reply,
      await this.attempts.finish(worker, attempt, lease, 'completed', usage, (now, leaseEndsAt) => ({
        ...{ kind: 'CompleteJob', jobId: id, attempt: attempt.attempt, result, resultSha256, usage, leaseEndsAt, now },
      })),
    );
  }

  @Post('/v1/worker/jobs/:id/fail')
  @HttpCode(200)
  @Contract(attemptRoute('failAttempt', 'End the attempt without a result', jobInFullSchema))
  async fail(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
    @Body() { lease_token: token, error, retryable = true, usage: sent }: FailAttemptRequest,
  ): Promise<PresentedJobInFull> {
    parseQuery({}, request.query);
    const worker = workerCallerOf(request);
    const attempt = await this.attempts.attemptOf(worker, id, token);
    const lease = await this.attempts.leaseOf(attempt);
    const usage = usageIn(sent);
    const jitter = Math.random();
    return this.#answer(
      reply,
      await this.attempts.finish(worker, attempt, lease, 'failed', usage, (now, leaseEndsAt) => ({
        ...{ kind: 'FailAttempt', jobId: id, attempt: attempt.attempt, error, retryable },
        ...{ usage, jitter, leaseEndsAt, now },
      })),
    );
  }

  #answer(reply: FastifyReply, { job, decidedAt, position }: WrittenJob): PresentedJobInFull {
    this.position.on(reply, position);
    return presentJobInFull(job, toSeconds(decidedAt));
  }
}
