import { Body, Controller, Param, Patch, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { WRITE_WEBHOOKS } from '../../http/route-access.js';
import { Contract } from '../../http/route-contract.js';
import { answerWrite, WRITE_HEADERS, writeContextOf } from '../../write-side/write-http.js';
import { updatedWebhookSchema } from '../webhook.schema.js';
import { UpdateWebhook } from './update-webhook.command.js';
import { UpdateWebhookRequest } from './update-webhook.request.js';

@Controller()
export class UpdateWebhookController {
  constructor(private readonly commands: CommandBus) {}

  @Patch('/v1/webhooks/:id')
  @Contract({
    operationId: 'updateWebhook',
    summary: 'Change where an endpoint is, what it is sent, or the notes on it',
    tag: 'Webhooks',
    access: WRITE_WEBHOOKS,
    idempotent: true,
    answers: [{ status: 200, description: 'The endpoint.', schema: updatedWebhookSchema, headers: WRITE_HEADERS }],
    refuses: ['invalid_url', 'invalid_event_types', 'insufficient_scope', 'webhook_not_found'],
  })
  async update(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
    @Body() { url, events, description }: UpdateWebhookRequest,
  ): Promise<object | undefined> {
    const command = new UpdateWebhook(writeContextOf(request), id, { url, events, description });
    return answerWrite(reply, await this.commands.execute(command));
  }
}
