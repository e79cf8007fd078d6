import { Body, Controller, Inject, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { clientGone } from '../../http/client-gone.js';
import { LiveCredentials } from '../../http/live-credentials.js';
import { EXTRACT } from '../../http/route-access.js';
import { Contract } from '../../http/route-contract.js';
import { answerWrite, WRITE_HEADERS, writeContextOf } from '../../write-side/write-http.js';
import { jobInFullSchema } from '../job.schema.js';
import { SubmitJob } from '../submit-job/submit-job.command.js';
import { ExtractRequest } from './extract.request.js';
import { Extractions } from './extractions.js';

const HIGHEST_PRIORITY = 9;
const DEFAULT_TIMEOUT_SECONDS = 30;

@Controller()
export class ExtractController {
  constructor(
    private readonly commands: CommandBus,
    @Inject(Extractions) private readonly extractions: Extractions,
    @Inject(LiveCredentials) private readonly credentials: LiveCredentials,
  ) {}

  @Post('/v1/extract')
  @Contract({
    operationId: 'extract',
    summary: 'Submit a job ahead of all others and wait for its end',
    tag: 'Jobs',
    access: EXTRACT,
    idempotent: true,
    answers: [
      { status: 200, description: 'The job, ended.', schema: jobInFullSchema, headers: ['Location', ...WRITE_HEADERS] },
      {
        status: 202,
        description: 'The job as it was submitted, to poll: it has not ended in time.',
        schema: jobInFullSchema,
        headers: ['Location', ...WRITE_HEADERS],
      },
    ],
    refuses: ['unknown_policy_type', 'invalid_input', 'schema_check_unavailable'],
  })
  async extract(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() body: ExtractRequest,
  ): Promise<object | undefined> {
    const context = writeContextOf(request);
    const timeoutMs = (body.timeout_seconds ?? DEFAULT_TIMEOUT_SECONDS) * 1_000;
    const wait = { orgId: context.caller.orgId, timeoutMs, gone: clientGone(reply) };
    const input = {
      policyType: body.policy_type,
      input: body.input,
      priority: HIGHEST_PRIORITY,
      maxAttempts: body.max_attempts,
      scheduledFor: null,
      metadata: body.metadata ?? {},
    };
    const kept = await this.commands.execute(
      new SubmitJob(context, input, (jobId, submitted) => this.extractions.answer(submitted, { ...wait, jobId })),
    );
    await this.credentials.assertStillAllowed(request.raw.headers, EXTRACT);
    return answerWrite(reply, await this.extractions.present(kept));
  }
}
