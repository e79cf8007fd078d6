import { Controller, Get, Inject, Param, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { JsonObject } from '#libs/domain';
import { organizationCaller } from '../../http/organization-caller.js';
import { parseQuery } from '../../http/query-specification.js';
import { RequestRefused } from '../../http/request-refused.js';
import { READ_POLICY_TYPES } from '../../http/route-access.js';
import { Contract } from '../../http/route-contract.js';
import { policyTypeSchemasSchema } from '../policy-type.schema.js';
import { PolicyTypes } from '../policy-types.js';

interface PresentedSchemas {
  readonly input_schema: JsonObject | boolean | null;
  readonly result_schema: JsonObject | boolean | null;
}

/** Read from the log itself, so it waits for no read model: a type is known once its `PUT` was answered. */
@Controller()
export class GetPolicyTypeSchemaController {
  constructor(@Inject(PolicyTypes) private readonly policyTypes: PolicyTypes) {}

  @Get('/v1/policy-types/:type/schema')
  @Contract({
    operationId: 'getPolicyTypeSchema',
    summary: 'What inputs and results of a policy type are held against',
    tag: 'Policy types',
    access: READ_POLICY_TYPES,
    answers: [{ status: 200, description: 'Both schemas.', schema: policyTypeSchemasSchema }],
    refuses: ['policy_type_not_found', 'event_store_unavailable'],
  })
  async get(@Req() request: FastifyRequest, @Param('type') type: string): Promise<PresentedSchemas> {
    parseQuery({}, request.query);
    const found = await this.policyTypes.find(organizationCaller(request).orgId, type);
    if (found === null) throw new RequestRefused('policy_type_not_found');
    return { input_schema: found.inputSchema, result_schema: found.resultSchema };
  }
}
