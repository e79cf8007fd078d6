import { Body, Controller, Inject, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { presentJobInFull, toSeconds } from '#libs/domain';
import { clientGone } from '../../http/client-gone.js';
import { LiveCredentials } from '../../http/live-credentials.js';
import { RequestRefused } from '../../http/request-refused.js';
import { EXTRACT } from '../../http/route-access.js';
import { Contract } from '../../http/route-contract.js';
import type { WriteAnswer } from '../../write-side/idempotency/write-answer.js';
import { answerWrite, WRITE_HEADERS, writeContextOf } from '../../write-side/write-http.js';
import { jobInFullSchema } from '../job.schema.js';
import { SubmitJob } from '../submit-job/submit-job.command.js';
import { ExtractRequest } from './extract.request.js';
import { FinishedJobs } from './finished-jobs.js';

const HIGHEST_PRIORITY = 9;
const DEFAULT_TIMEOUT_SECONDS = 30;

@Controller()
export class ExtractController {
  /** Of those that wait here with an `Idempotency-Key`: for whoever repeats it the first is still running. */
  readonly #inHand = new Set<string>();

  constructor(
    private readonly commands: CommandBus,
    @Inject(FinishedJobs) private readonly finished: FinishedJobs,
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
    const submitted = await this.commands.execute(
      new SubmitJob(context, {
        policyType: body.policy_type,
        input: body.input,
        priority: HIGHEST_PRIORITY,
        maxAttempts: body.max_attempts,
        scheduledFor: null,
        metadata: body.metadata ?? {},
      }),
    );
    const timeout = body.timeout_seconds ?? DEFAULT_TIMEOUT_SECONDS;
    const inHand = context.idempotencyKey === null ? null : JSON.stringify([context.caller, context.idempotencyKey]);
    if (inHand !== null && this.#inHand.has(inHand)) throw new RequestRefused('idempotency_in_flight');
    if (inHand !== null) this.#inHand.add(inHand);
    try {
      const ended = await this.#ended(context.caller.orgId, submitted, timeout, clientGone(reply));
      await this.credentials.assertStillAllowed(request.raw.headers, EXTRACT);
      return answerWrite(reply, ended);
    } finally {
      if (inHand !== null) this.#inHand.delete(inHand);
    }
  }

  /**
   * The submission's answer is what is kept for a repeated request. Whether the job ended in the time that was given is a
   * matter of its own dates, so that the repeated request is answered as the first was, however late it comes.
   */
  async #ended(orgId: string, submitted: WriteAnswer, timeout: number, signal: AbortSignal): Promise<WriteAnswer> {
    const { id, created_at: createdAt } = submitted.body as { readonly id: string; readonly created_at: number };
    const job = await this.finished.waitFor(orgId, id, submitted.replayed ? 0 : timeout * 1_000, signal);
    if (job?.finishedAt == null || job.finishedAt > createdAt + timeout) return submitted;
    return { ...submitted, status: 200, body: presentJobInFull(job, toSeconds(Date.now())) };
  }
}
