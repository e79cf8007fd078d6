import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readAuditPage, type RecordedEntry } from '#libs/read-models';
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
import { auditFilterQuery, toAuditFilter } from '../audit-query.js';

const FURTHEST_OFFSET = 2_147_483_647;

const query = {
  ...auditFilterQuery,
  ...pageQuery('entries', { max: 500, absent: 100 }),
  offset: queryParameter.integer({
    min: 0,
    max: FURTHEST_OFFSET,
    absent: null,
    description: 'Entries to leave out, in place of a cursor',
  }),
};

@Controller()
export class ListAuditLogController {
  constructor(@Inject(ReadSide) private readonly reads: ReadSide) {}

  @Get('/v1/system_audit_log')
  @Contract({
    operationId: 'listAuditLog',
    summary: 'Who did what in the organization, newest first',
    tag: 'Audit log',
    access: READ_AUDIT_LOG,
    readModel: 'audit-log',
    query,
    answers: [
      {
        status: 200,
        description: 'A page of entries.',
        schema: listSchema(auditEntrySchema),
        headers: ['X-Total-Count', 'Content-Range'],
      },
    ],
    refuses: ['invalid_cursor'],
  })
  async list(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListPage<RecordedEntry>> {
    const { limit, cursor, offset, ...values } = parseQuery(query, request.query);
    if (cursor !== null && offset !== null) throw RequestRefused.field('offset', 'excludes a cursor');
    const { orgId } = organizationCaller(request);
    const { database, cursors } = this.reads;
    const filter = toAuditFilter(values);
    const scope = { list: 'audit-log', orgId, filter };
    const place = cursors.open(scope, cursor);
    const beforeSeq = place === null ? null : Number(place);
    const page = { limit: limit + 1, beforeSeq, offset: offset ?? 0 };
    const { entries: rows, total, ahead } = await readAuditPage(database, orgId, filter, page);
    const first = ahead + page.offset;
    const shown = Math.min(rows.length, limit);
    const range = shown === 0 ? '*' : `${first}-${first + shown - 1}`;
    void reply.headers({ 'x-total-count': String(total), 'content-range': `entries ${range}/${total}` });
    const cursorBehind = ({ seq }: RecordedEntry): string => cursors.seal(scope, String(seq));
    return listPage({ rows, limit, present: (entry) => entry, cursorBehind });
  }
}
