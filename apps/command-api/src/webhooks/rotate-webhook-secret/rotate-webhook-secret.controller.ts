import { Body, Controller, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DEFAULT_OVERLAP_SECONDS } from '#libs/domain';
import { WRITE_WEBHOOKS } from '../../http/route-access.js';
import { Contract } from '../../http/route-contract.js';
import { answerWrite, WRITE_HEADERS, writeContextOf } from '../../write-side/write-http.js';
import { rotatedWebhookSchema } from '../webhook.schema.js';
import { RotateWebhookSecret } from './rotate-webhook-secret.command.js';
import { RotateWebhookSecretRequest } from './rotate-webhook-secret.request.js';

@Controller()
export class RotateWebhookSecretController {
  constructor(private readonly commands: CommandBus) {}

  @Post('/v1/webhooks/:id/rotate-secret')
  @HttpCode(200)
  @Contract({
    operationId: 'rotateWebhookSecret',
    summary: 'Sign with a new secret, for a while with the one before it too; the answer alone shows it',
    tag: 'Webhooks',
    access: WRITE_WEBHOOKS,
    idempotent: true,
    answers: [
      {
        status: 200,
        description: 'The endpoint and its new secret.',
        schema: rotatedWebhookSchema,
        headers: WRITE_HEADERS,
      },
    ],
    refuses: ['insufficient_scope', 'webhook_not_found'],
  })
  async rotate(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
    @Body() { overlap_seconds: overlap = DEFAULT_OVERLAP_SECONDS }: RotateWebhookSecretRequest,
  ): Promise<object | undefined> {
    const command = new RotateWebhookSecret(writeContextOf(request), id, overlap);
    return answerWrite(reply, await this.commands.execute(command));
  }
}
