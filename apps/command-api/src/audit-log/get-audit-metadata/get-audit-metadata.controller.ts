import { Controller, Get, Inject, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { EVENT_CATALOGUE } from '#libs/domain';
import { listAuditActors } from '#libs/read-models';
import { actorSchema } from '../../api-keys/get-api-key-history/api-key-history.schema.js';
import { organizationCaller } from '../../http/organization-caller.js';
import { parseQuery } from '../../http/query-specification.js';
import { READ_AUDIT_LOG } from '../../http/route-access.js';
import { Contract, type JsonSchema } from '../../http/route-contract.js';
import { ReadSide } from '../../reads/read-side.js';
import { AUDIT_GROUPS, AUDIT_TARGET_TYPES } from '../audit-query.js';

const word: JsonSchema = { type: 'string' };
const listOf = (properties: Readonly<Record<string, JsonSchema>>): JsonSchema => ({
  type: 'array',
  items: { type: 'object', additionalProperties: false, required: Object.keys(properties), properties },
});

const metadataSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['event_groups', 'event_types', 'target_types', 'actors'],
  properties: {
    event_groups: listOf({ name: word, label: word }),
    event_types: listOf({ name: word, label: word, event_group: word }),
    target_types: { type: 'array', items: word },
    actors: { type: 'array', items: actorSchema, description: 'The last to act first, at most 1,000.' },
  },
};

@Controller()
export class GetAuditMetadataController {
  constructor(@Inject(ReadSide) private readonly reads: ReadSide) {}

  @Get('/v1/system_audit_log/metadata')
  @Contract({
    operationId: 'getAuditLogMetadata',
    summary: 'What the audit log can be filtered by',
    tag: 'Audit log',
    access: READ_AUDIT_LOG,
    readModel: 'audit-log',
    answers: [{ status: 200, description: 'Groups, types and actors.', schema: metadataSchema }],
  })
  async metadata(@Req() request: FastifyRequest): Promise<object> {
    parseQuery({}, request.query);
    return {
      event_groups: Object.entries(AUDIT_GROUPS).map(([name, label]) => ({ name, label })),
      event_types: Object.entries(EVENT_CATALOGUE)
        .filter(([, { isEntry }]) => isEntry)
        .map(([name, { label, group }]) => ({ name, label, event_group: group })),
      target_types: AUDIT_TARGET_TYPES,
      actors: await listAuditActors(this.reads.database, organizationCaller(request).orgId),
    };
  }
}
