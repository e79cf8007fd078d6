import { Body, Controller, Param, Patch, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CHANGE_KEYS } from '../../http/route-access.js';
import { Contract } from '../../http/route-contract.js';
import { answerWrite, WRITE_HEADERS, writeContextOf } from '../../write-side/write-http.js';
import { apiKeySchema } from '../api-key.schema.js';
import { UpdateApiKey } from './update-api-key.command.js';
import { UpdateApiKeyRequest } from './update-api-key.request.js';

@Controller()
export class UpdateApiKeyController {
  constructor(private readonly commands: CommandBus) {}

  @Patch('/v1/api-keys/:id')
  @Contract({
    operationId: 'updateApiKey',
    summary: "Change a key's name, description or rights",
    tag: 'API keys',
    access: CHANGE_KEYS,
    idempotent: true,
    answers: [{ status: 200, description: 'The key.', schema: apiKeySchema, headers: WRITE_HEADERS }],
    refuses: ['invalid_name', 'unknown_scope', 'scope_grant_forbidden', 'api_key_not_found', 'api_key_not_active'],
  })
  async update(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
    @Body() { name, description, access, scopes }: UpdateApiKeyRequest,
  ): Promise<object | undefined> {
    const command = new UpdateApiKey(writeContextOf(request), id, { name, description, access, scopes });
    return answerWrite(reply, await this.commands.execute(command));
  }
}
