import { Body, Controller, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { WRITE_WEBHOOKS } from '../../http/route-access.js';
import { Contract } from '../../http/route-contract.js';
import { answerWrite, WRITE_HEADERS, writeContextOf } from '../../write-side/write-http.js';
import { deliverySchema } from '../webhook.schema.js';
import { TestWebhook } from './test-webhook.command.js';
import { TestWebhookRequest } from './test-webhook.request.js';

@Controller()
export class TestWebhookController {
  constructor(private readonly commands: CommandBus) {}

  @Post('/v1/webhooks/:id/test')
  @HttpCode(202)
  @Contract({
    operationId: 'testWebhook',
    summary: 'Send a sample to an endpoint, signed as all else',
    tag: 'Webhooks',
    access: WRITE_WEBHOOKS,
    idempotent: true,
    answers: [{ status: 202, description: 'The delivery.', schema: deliverySchema, headers: WRITE_HEADERS }],
    refuses: ['invalid_event_types', 'insufficient_scope', 'webhook_not_found', 'webhook_paused', 'webhook_disabled'],
  })
  async test(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
    @Body() body: TestWebhookRequest,
  ): Promise<object | undefined> {
    const command = new TestWebhook(writeContextOf(request), id, body.event_type);
    return answerWrite(reply, await this.commands.execute(command));
  }
}
