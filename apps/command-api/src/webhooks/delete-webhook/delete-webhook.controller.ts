import { Body, Controller, Delete, Param, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { WRITE_WEBHOOKS } from '../../http/route-access.js';
import { Contract } from '../../http/route-contract.js';
import { answerWrite, WRITE_HEADERS, writeContextOf } from '../../write-side/write-http.js';
import { DeleteWebhook } from './delete-webhook.command.js';
import { DeleteWebhookRequest } from './delete-webhook.request.js';

@Controller()
export class DeleteWebhookController {
  constructor(private readonly commands: CommandBus) {}

  @Delete('/v1/webhooks/:id')
  @Contract({
    operationId: 'deleteWebhook',
    summary: 'Send nothing to an endpoint ever again; its history stays in the log',
    tag: 'Webhooks',
    access: WRITE_WEBHOOKS,
    idempotent: true,
    answers: [{ status: 204, description: 'It is gone.', schema: null, headers: WRITE_HEADERS }],
    refuses: ['webhook_not_found'],
  })
  async delete(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
    @Body() _nothing: DeleteWebhookRequest,
  ): Promise<object | undefined> {
    return answerWrite(reply, await this.commands.execute(new DeleteWebhook(writeContextOf(request), id)));
  }
}
