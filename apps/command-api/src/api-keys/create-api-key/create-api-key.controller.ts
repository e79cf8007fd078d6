import { Body, Controller, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CHANGE_KEYS } from '../../http/route-access.js';
import { Contract } from '../../http/route-contract.js';
import { answerWrite, WRITE_HEADERS, writeContextOf } from '../../write-side/write-http.js';
import { createdApiKeySchema } from '../api-key.schema.js';
import { CreateApiKey } from './create-api-key.command.js';
import { CreateApiKeyRequest } from './create-api-key.request.js';

@Controller()
export class CreateApiKeyController {
  constructor(private readonly commands: CommandBus) {}

  @Post('/v1/api-keys')
  @Contract({
    operationId: 'createApiKey',
    summary: 'Create a key; the answer alone shows its secret',
    tag: 'API keys',
    access: CHANGE_KEYS,
    idempotent: true,
    answers: [
      {
        status: 201,
        description: 'The key and its secret.',
        schema: createdApiKeySchema,
        headers: ['Location', ...WRITE_HEADERS],
      },
    ],
    refuses: ['invalid_name', 'unknown_scope', 'scope_grant_forbidden'],
  })
  async create(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() body: CreateApiKeyRequest,
  ): Promise<object | undefined> {
    const input = {
      name: body.name,
      description: body.description ?? null,
      type: body.type ?? 'service',
      environment: body.environment ?? 'live',
      access: body.access,
      scopes: body.scopes,
      preset: body.preset,
      lifetimeSeconds: body.seconds_until_expiration ?? null,
    };
    return answerWrite(reply, await this.commands.execute(new CreateApiKey(writeContextOf(request), input)));
  }
}
