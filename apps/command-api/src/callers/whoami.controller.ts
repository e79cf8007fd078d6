import { Controller, Get, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Caller } from '#libs/auth';
import { parseQuery } from '../http/query-specification.js';
import { ANY_CALLER } from '../http/route-access.js';
import { Contract, type JsonSchema } from '../http/route-contract.js';

const whoamiSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['caller', 'org_id', 'client_ip'],
  properties: {
    caller: {
      type: 'object',
      additionalProperties: false,
      required: ['type', 'id'],
      properties: {
        type: { enum: ['user', 'api_key', 'platform'] },
        id: { type: 'string' },
        role: { enum: ['admin', 'member', 'auditor'] },
        scopes: { type: 'array', items: { type: 'string' } },
        access: { enum: ['full', 'scoped'] },
      },
    },
    org_id: { type: ['string', 'null'] },
    client_ip: { type: ['string', 'null'] },
  },
};

@Controller()
export class WhoamiController {
  @Get('/v1/whoami')
  @Contract({
    operationId: 'whoami',
    summary: 'Whom a credential stands for',
    tag: 'Callers',
    access: ANY_CALLER,
    answers: [{ status: 200, description: 'The caller.', schema: whoamiSchema }],
  })
  whoami(@Req() request: FastifyRequest): object {
    parseQuery({}, request.query);
    const { caller, clientIp } = request.context;
    if (caller === null) throw new Error('a route with access rules was reached without a caller');
    return {
      caller: present(caller),
      org_id: caller.type === 'platform' ? null : caller.orgId,
      client_ip: clientIp,
    };
  }
}

function present(caller: Caller): object {
  switch (caller.type) {
    case 'user':
      return { type: caller.type, id: caller.id, role: caller.role };
    case 'api_key':
      return { type: caller.type, id: caller.id, scopes: caller.scopes, access: caller.access };
    case 'platform':
      return { type: caller.type, id: caller.id };
  }
}
