import { Body, Controller, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CHANGE_KEYS } from '../../http/route-access.js';
import { Contract, type RouteContract } from '../../http/route-contract.js';
import type { ErrorCode } from '../../http/error-codes.js';
import { answerWrite, WRITE_HEADERS, writeContextOf } from '../../write-side/write-http.js';
import { apiKeySchema } from '../api-key.schema.js';
import { TransitionApiKey, type ApiKeyTransition } from './transition-api-key.command.js';
import { TransitionApiKeyRequest } from './transition-api-key.request.js';

const transition = (operationId: string, summary: string, refuses: readonly ErrorCode[]): RouteContract => ({
  operationId,
  summary,
  tag: 'API keys',
  access: CHANGE_KEYS,
  idempotent: true,
  answers: [{ status: 200, description: 'The key.', schema: apiKeySchema, headers: WRITE_HEADERS }],
  refuses: ['api_key_not_found', ...refuses],
});

@Controller()
export class TransitionApiKeyController {
  constructor(private readonly commands: CommandBus) {}

  @Post('/v1/api-keys/:id/revoke')
  @HttpCode(200)
  @Contract(transition('revokeApiKey', 'End a key for good', []))
  revoke(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
    @Body() body: TransitionApiKeyRequest,
  ): Promise<object | undefined> {
    return this.#run('RevokeApiKey', request, reply, id, body);
  }

  @Post('/v1/api-keys/:id/suspend')
  @HttpCode(200)
  @Contract(transition('suspendApiKey', 'Stop a key until it is reactivated', ['api_key_not_active']))
  suspend(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
    @Body() body: TransitionApiKeyRequest,
  ): Promise<object | undefined> {
    return this.#run('SuspendApiKey', request, reply, id, body);
  }

  @Post('/v1/api-keys/:id/reactivate')
  @HttpCode(200)
  @Contract(transition('reactivateApiKey', 'Let a suspended key work again', ['api_key_not_active']))
  reactivate(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
    @Body() body: TransitionApiKeyRequest,
  ): Promise<object | undefined> {
    return this.#run('ReactivateApiKey', request, reply, id, body);
  }

  async #run(
    kind: ApiKeyTransition,
    request: FastifyRequest,
    reply: FastifyReply,
    id: string,
    { reason = null }: TransitionApiKeyRequest,
  ): Promise<object | undefined> {
    const command = new TransitionApiKey(writeContextOf(request), kind, id, reason);
    return answerWrite(reply, await this.commands.execute(command));
  }
}
