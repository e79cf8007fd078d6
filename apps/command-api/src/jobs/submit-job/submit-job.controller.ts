import { Body, Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { timeOf } from '../../http/request-fields.js';
import { SUBMIT_JOBS } from '../../http/route-access.js';
import { Contract } from '../../http/route-contract.js';
import { answerWrite, WRITE_HEADERS, writeContextOf } from '../../write-side/write-http.js';
import { jobInFullSchema } from '../job.schema.js';
import { SubmitJob } from './submit-job.command.js';
import { SubmitJobRequest } from './submit-job.request.js';

@Controller()
export class SubmitJobController {
  constructor(private readonly commands: CommandBus) {}

  @Post('/v1/jobs')
  @HttpCode(202)
  @Contract({
    operationId: 'submitJob',
    summary: 'Submit a job for workers to lease',
    tag: 'Jobs',
    access: SUBMIT_JOBS,
    idempotent: true,
    answers: [
      { status: 202, description: 'The job.', schema: jobInFullSchema, headers: ['Location', ...WRITE_HEADERS] },
    ],
    refuses: ['unknown_policy_type', 'invalid_input', 'schema_check_unavailable'],
  })
  async submit(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() body: SubmitJobRequest,
  ): Promise<object | undefined> {
    const scheduledFor = timeOf(body.scheduled_for);
    const command = new SubmitJob(writeContextOf(request), {
      policyType: body.policy_type,
      input: body.input,
      priority: body.priority,
      maxAttempts: body.max_attempts,
      // Not before: a fraction of a second is waited for to its end.
      scheduledFor: scheduledFor === null ? null : Math.ceil(scheduledFor / 1_000),
      metadata: body.metadata ?? {},
    });
    return answerWrite(reply, await this.commands.execute(command));
  }
}
