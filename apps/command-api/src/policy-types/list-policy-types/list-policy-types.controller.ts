import { Controller, Get, Inject, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { presentPolicyType, type PresentedPolicyType } from '#libs/domain';
import { listPolicyTypes } from '#libs/read-models';
import { listPage, listSchema, type ListPage } from '../../http/list-page.js';
import { organizationCaller } from '../../http/organization-caller.js';
import { pageQuery } from '../../http/page-query.js';
import { parseQuery } from '../../http/query-specification.js';
import { READ_POLICY_TYPES } from '../../http/route-access.js';
import { Contract } from '../../http/route-contract.js';
import { ReadSide } from '../../reads/read-side.js';
import { policyTypeSchema } from '../policy-type.schema.js';

const query = pageQuery('policy types');

@Controller()
export class ListPolicyTypesController {
  constructor(@Inject(ReadSide) private readonly reads: ReadSide) {}

  @Get('/v1/policy-types')
  @Contract({
    operationId: 'listPolicyTypes',
    summary: 'The policy types of the organization, newest first',
    tag: 'Policy types',
    access: READ_POLICY_TYPES,
    readModel: 'policy-types',
    query,
    answers: [{ status: 200, description: 'A page of policy types.', schema: listSchema(policyTypeSchema) }],
    refuses: ['invalid_cursor'],
  })
  async list(@Req() request: FastifyRequest): Promise<ListPage<PresentedPolicyType>> {
    const { limit, cursor } = parseQuery(query, request.query);
    const { orgId } = organizationCaller(request);
    const scope = { list: 'policy-types', orgId, filter: {} };
    const place = this.reads.cursors.open(scope, cursor);
    const page = { limit: limit + 1, beforeSeq: place === null ? null : Number(place) };
    return listPage({
      rows: await listPolicyTypes(this.reads.database, orgId, page),
      limit,
      present: ({ policyType }) => presentPolicyType(policyType),
      cursorBehind: ({ createdSeq }) => this.reads.cursors.seal(scope, String(createdSeq)),
    });
  }
}
