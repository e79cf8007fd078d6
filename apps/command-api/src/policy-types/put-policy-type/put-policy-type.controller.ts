import { Body, Controller, Param, Put, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CHANGE_POLICY_TYPES } from '../../http/route-access.js';
import { Contract } from '../../http/route-contract.js';
import { answerWrite, WRITE_HEADERS, writeContextOf } from '../../write-side/write-http.js';
import { policyTypeSchema, putPolicyTypeSchema } from '../policy-type.schema.js';
import { PutPolicyType } from './put-policy-type.command.js';
import { PutPolicyTypeRequest } from './put-policy-type.request.js';

@Controller()
export class PutPolicyTypeController {
  constructor(private readonly commands: CommandBus) {}

  @Put('/v1/policy-types/:type')
  @Contract({
    operationId: 'putPolicyType',
    summary: 'Make a policy type, or say anew what it is; what is left out is as if it had never been said',
    tag: 'Policy types',
    access: CHANGE_POLICY_TYPES,
    idempotent: true,
    body: putPolicyTypeSchema,
    answers: [
      { status: 201, description: 'It is new.', schema: policyTypeSchema, headers: WRITE_HEADERS },
      { status: 200, description: 'It was there.', schema: policyTypeSchema, headers: WRITE_HEADERS },
    ],
    refuses: ['invalid_schema', 'schema_check_unavailable'],
  })
  async put(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('type') type: string,
    @Body() body: PutPolicyTypeRequest,
  ): Promise<object | undefined> {
    const { title, input_schema: inputSchema = null, result_schema: resultSchema = null, defaults = {} } = body;
    const asked = { priority: defaults.priority, maxAttempts: defaults.max_attempts };
    const input = { type, title, inputSchema, resultSchema, defaults: asked };
    return answerWrite(reply, await this.commands.execute(new PutPolicyType(writeContextOf(request), input)));
  }
}
