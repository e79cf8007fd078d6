import { Body, Controller, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { WRITE_WEBHOOKS } from '../../http/route-access.js';
import { Contract } from '../../http/route-contract.js';
import { answerWrite, WRITE_HEADERS, writeContextOf } from '../../write-side/write-http.js';
import { webhookSchema } from '../webhook.schema.js';
import { PauseWebhook } from './pause-webhook.command.js';
import { PauseWebhookRequest } from './pause-webhook.request.js';

@Controller()
export class PauseWebhookController {
  constructor(private readonly commands: CommandBus) {}

  @Post('/v1/webhooks/:id/pause')
  @HttpCode(200)
  @Contract({
    operationId: 'pauseWebhook',
    summary: 'Send nothing to an endpoint; what happens meanwhile is kept',
    tag: 'Webhooks',
    access: WRITE_WEBHOOKS,
    idempotent: true,
    answers: [{ status: 200, description: 'The endpoint.', schema: webhookSchema, headers: WRITE_HEADERS }],
    refuses: ['webhook_not_found'],
  })
  async pause(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
    @Body() _nothing: PauseWebhookRequest,
  ): Promise<object | undefined> {
    return answerWrite(reply, await this.commands.execute(new PauseWebhook(writeContextOf(request), id)));
  }
}
