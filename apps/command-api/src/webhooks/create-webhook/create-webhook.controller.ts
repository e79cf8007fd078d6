import { Body, Controller, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { WRITE_WEBHOOKS } from '../../http/route-access.js';
import { Contract } from '../../http/route-contract.js';
import { answerWrite, WRITE_HEADERS, writeContextOf } from '../../write-side/write-http.js';
import { createdWebhookSchema } from '../webhook.schema.js';
import { CreateWebhook } from './create-webhook.command.js';
import { CreateWebhookRequest } from './create-webhook.request.js';

@Controller()
export class CreateWebhookController {
  constructor(private readonly commands: CommandBus) {}

  @Post('/v1/webhooks')
  @Contract({
    operationId: 'createWebhook',
    summary: 'Have events sent to a URL; the answer alone shows the secret that they are signed with',
    tag: 'Webhooks',
    access: WRITE_WEBHOOKS,
    idempotent: true,
    answers: [
      {
        status: 201,
        description: 'The endpoint and its secret.',
        schema: createdWebhookSchema,
        headers: ['Location', ...WRITE_HEADERS],
      },
    ],
    refuses: ['invalid_url', 'invalid_event_types', 'insufficient_scope'],
  })
  async create(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() { url, events, description = null }: CreateWebhookRequest,
  ): Promise<object | undefined> {
    const command = new CreateWebhook(writeContextOf(request), { url, events, description });
    return answerWrite(reply, await this.commands.execute(command));
  }
}
