import { Body, Controller, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { WRITE_WEBHOOKS } from '../../http/route-access.js';
import { Contract } from '../../http/route-contract.js';
import { answerWrite, WRITE_HEADERS, writeContextOf } from '../../write-side/write-http.js';
import { deliverySchema } from '../webhook.schema.js';
import { Redeliver } from './redeliver.command.js';
import { RedeliverRequest } from './redeliver.request.js';

@Controller()
export class RedeliverController {
  constructor(private readonly commands: CommandBus) {}

  @Post('/v1/webhooks/:id/deliveries/:delivery_id/redeliver')
  @HttpCode(202)
  @Contract({
    operationId: 'redeliver',
    summary: 'Send once more what a delivery carried, as a new delivery',
    tag: 'Webhooks',
    access: WRITE_WEBHOOKS,
    idempotent: true,
    answers: [{ status: 202, description: 'The new delivery.', schema: deliverySchema, headers: WRITE_HEADERS }],
    refuses: ['insufficient_scope', 'webhook_not_found', 'delivery_not_found'],
  })
  async redeliver(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
    @Param('delivery_id') deliveryId: string,
    @Body() _nothing: RedeliverRequest,
  ): Promise<object | undefined> {
    const command = new Redeliver(writeContextOf(request), id, deliveryId);
    return answerWrite(reply, await this.commands.execute(command));
  }
}
