import { Body, Controller, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { WRITE_WEBHOOKS } from '../../http/route-access.js';
import { Contract } from '../../http/route-contract.js';
import { answerWrite, WRITE_HEADERS, writeContextOf } from '../../write-side/write-http.js';
import { webhookSchema } from '../webhook.schema.js';
import { ActivateWebhook } from './activate-webhook.command.js';
import { ActivateWebhookRequest } from './activate-webhook.request.js';

@Controller()
export class ActivateWebhookController {
  constructor(private readonly commands: CommandBus) {}

  @Post('/v1/webhooks/:id/activate')
  @HttpCode(200)
  @Contract({
    operationId: 'activateWebhook',
    summary: 'Send to an endpoint again that was paused or disabled',
    tag: 'Webhooks',
    access: WRITE_WEBHOOKS,
    idempotent: true,
    answers: [{ status: 200, description: 'The endpoint.', schema: webhookSchema, headers: WRITE_HEADERS }],
    refuses: ['insufficient_scope', 'webhook_not_found'],
  })
  async activate(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
    @Body() { backlog = 'send' }: ActivateWebhookRequest,
  ): Promise<object | undefined> {
    const command = new ActivateWebhook(writeContextOf(request), id, backlog);
    return answerWrite(reply, await this.commands.execute(command));
  }
}
