import { Body, Controller, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ErrorCode } from '../../http/error-codes.js';
import { SUBMIT_JOBS } from '../../http/route-access.js';
import { Contract, type RouteContract } from '../../http/route-contract.js';
import { answerWrite, WRITE_HEADERS, writeContextOf } from '../../write-side/write-http.js';
import { jobInFullSchema } from '../job.schema.js';
import { ChangeJob, type JobChange } from './change-job.command.js';
import { ChangeJobRequest } from './change-job.request.js';

const change = (operationId: string, summary: string, refuses: ErrorCode): RouteContract => ({
  operationId,
  summary,
  tag: 'Jobs',
  access: SUBMIT_JOBS,
  idempotent: true,
  answers: [{ status: 200, description: 'The job.', schema: jobInFullSchema, headers: WRITE_HEADERS }],
  refuses: ['job_not_found', refuses],
});

@Controller()
export class ChangeJobController {
  constructor(private readonly commands: CommandBus) {}

  @Post('/v1/jobs/:id/cancel')
  @HttpCode(200)
  @Contract(change('cancelJob', 'End a job that is not finished, at once', 'job_finished'))
  cancel(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
    @Body() _body: ChangeJobRequest,
  ): Promise<object | undefined> {
    return this.#run('CancelJob', request, reply, id);
  }

  @Post('/v1/jobs/:id/retry')
  @HttpCode(200)
  @Contract(change('retryJob', 'Let a failed or cancelled job be tried again', 'job_not_retryable'))
  retry(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
    @Body() _body: ChangeJobRequest,
  ): Promise<object | undefined> {
    return this.#run('RetryJob', request, reply, id);
  }

  async #run(kind: JobChange, request: FastifyRequest, reply: FastifyReply, id: string): Promise<object | undefined> {
    return answerWrite(reply, await this.commands.execute(new ChangeJob(writeContextOf(request), kind, id)));
  }
}
