import { Body, Controller, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { count, objectOf } from '../../http/json-schema.js';
import { timeOf } from '../../http/request-fields.js';
import { WRITE_WEBHOOKS } from '../../http/route-access.js';
import { Contract } from '../../http/route-contract.js';
import { answerWrite, WRITE_HEADERS, writeContextOf } from '../../write-side/write-http.js';
import { ReplayWebhook } from './replay-webhook.command.js';
import { ReplayWebhookRequest } from './replay-webhook.request.js';

const replayedSchema = objectOf({ count: { ...count, description: 'How many events are sent again.' } });

@Controller()
export class ReplayWebhookController {
  constructor(private readonly commands: CommandBus) {}

  @Post('/v1/webhooks/:id/replay')
  @HttpCode(202)
  @Contract({
    operationId: 'replayWebhook',
    summary: 'Send everything of a period again, delivered before or not',
    tag: 'Webhooks',
    access: WRITE_WEBHOOKS,
    idempotent: true,
    answers: [{ status: 202, description: 'How much that is.', schema: replayedSchema, headers: WRITE_HEADERS }],
    refuses: ['invalid_event_types', 'insufficient_scope', 'webhook_not_found', 'read_model_behind'],
  })
  async replay(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
    @Body() body: ReplayWebhookRequest,
  ): Promise<object | undefined> {
    const input = { since: timeOf(body.since) ?? 0, until: timeOf(body.until), eventTypes: body.event_types };
    return answerWrite(reply, await this.commands.execute(new ReplayWebhook(writeContextOf(request), id, input)));
  }
}
