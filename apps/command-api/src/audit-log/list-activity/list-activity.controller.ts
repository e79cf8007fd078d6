import { Controller, Get, Inject, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { listActivity, wasKey, type RecordedEntry } from '#libs/read-models';
import { listPage, listSchema, type ListPage } from '../../http/list-page.js';
import { organizationCaller } from '../../http/organization-caller.js';
import { pageQuery } from '../../http/page-query.js';
import { queryParameter } from '../../http/query-parameters.js';
import { parseQuery } from '../../http/query-specification.js';
import { RequestRefused } from '../../http/request-refused.js';
import { READ_AUDIT_LOG } from '../../http/route-access.js';
import { Contract } from '../../http/route-contract.js';
import { ReadSide } from '../../reads/read-side.js';
import { auditEntrySchema } from '../audit-entry.schema.js';
import { AUDIT_TARGET_TYPES } from '../audit-query.js';

const query = {
  target_type: queryParameter.oneOf(AUDIT_TARGET_TYPES, { absent: null, description: 'Kind of the object; required' }),
  target_id: queryParameter.text(200, 'The object; of a key its whole lineage; required'),
  ...pageQuery('entries'),
};

@Controller()
export class ListActivityController {
  constructor(@Inject(ReadSide) private readonly reads: ReadSide) {}

  @Get('/v1/activity')
  @Contract({
    operationId: 'listActivity',
    summary: 'The trail of one object, newest first; empty for an unknown one',
    tag: 'Audit log',
    access: READ_AUDIT_LOG,
    // The second knows which ids keys ever had.
    readModel: () => ['audit-log', 'api-key-history'],
    query,
    answers: [{ status: 200, description: 'A page of entries.', schema: listSchema(auditEntrySchema) }],
    refuses: ['invalid_cursor'],
  })
  async list(@Req() request: FastifyRequest): Promise<ListPage<RecordedEntry>> {
    const { limit, cursor, target_type: type, target_id: id } = parseQuery(query, request.query);
    if (type === null) throw RequestRefused.field('target_type', 'is missing');
    if (id === null) throw RequestRefused.field('target_id', 'is missing');
    const { orgId } = organizationCaller(request);
    const { database, cursors } = this.reads;
    const scope = { list: 'activity', orgId, filter: { type, id } };
    const place = cursors.open(scope, cursor);
    const isKnown = type !== 'api_key' || (await wasKey(database, orgId, id));
    const page = { limit: limit + 1, beforeSeq: place === null ? null : Number(place) };
    return listPage({
      // Every id within a lineage leads to its trail, those that no key ever had must not.
      rows: isKnown ? await listActivity(database, orgId, { type, id }, page) : [],
      limit,
      present: (entry) => entry,
      cursorBehind: ({ seq }) => cursors.seal(scope, String(seq)),
    });
  }
}
