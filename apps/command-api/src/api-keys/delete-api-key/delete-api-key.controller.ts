import { Body, Controller, Delete, Param, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CHANGE_KEYS } from '../../http/route-access.js';
import { Contract } from '../../http/route-contract.js';
import { answerWrite, WRITE_HEADERS, writeContextOf } from '../../write-side/write-http.js';
import { DeleteApiKey } from './delete-api-key.command.js';
import { DeleteApiKeyRequest } from './delete-api-key.request.js';

@Controller()
export class DeleteApiKeyController {
  constructor(private readonly commands: CommandBus) {}

  @Delete('/v1/api-keys/:id')
  @Contract({
    operationId: 'deleteApiKey',
    summary: 'Take a key out of every list and look-up; its history stays',
    tag: 'API keys',
    access: CHANGE_KEYS,
    idempotent: true,
    answers: [{ status: 204, description: 'It is gone.', schema: null, headers: WRITE_HEADERS }],
    refuses: ['api_key_not_found'],
  })
  async delete(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
    @Body() _nothing: DeleteApiKeyRequest,
  ): Promise<object | undefined> {
    return answerWrite(reply, await this.commands.execute(new DeleteApiKey(writeContextOf(request), id)));
  }
}
