import { Body, Controller, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CHANGE_KEYS } from '../../http/route-access.js';
import { Contract } from '../../http/route-contract.js';
import { answerWrite, WRITE_HEADERS, writeContextOf } from '../../write-side/write-http.js';
import { rotatedApiKeySchema } from '../api-key.schema.js';
import { RotateApiKey } from './rotate-api-key.command.js';
import { RotateApiKeyRequest } from './rotate-api-key.request.js';

@Controller()
export class RotateApiKeyController {
  constructor(private readonly commands: CommandBus) {}

  @Post('/v1/api-keys/:id/rotate')
  @HttpCode(200)
  @Contract({
    operationId: 'rotateApiKey',
    summary: 'Put a new key in the place of an old one; the answer alone shows the new secret',
    tag: 'API keys',
    access: CHANGE_KEYS,
    idempotent: true,
    answers: [
      { status: 200, description: 'The new key and its secret.', schema: rotatedApiKeySchema, headers: WRITE_HEADERS },
    ],
    refuses: ['scope_grant_forbidden', 'api_key_not_found', 'api_key_not_active', 'lineage_exhausted'],
  })
  async rotate(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
    @Body() body: RotateApiKeyRequest,
  ): Promise<object | undefined> {
    const input = {
      graceSeconds: body.grace_period_seconds,
      lifetimeSeconds: body.seconds_until_expiration,
      reason: body.reason ?? null,
    };
    return answerWrite(reply, await this.commands.execute(new RotateApiKey(writeContextOf(request), id, input)));
  }
}
