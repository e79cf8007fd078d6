import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { listLogEvents, streamLogEvents, type LogEvent } from '#libs/read-models';
import { listPage, listSchema } from '../../http/list-page.js';
import { organizationCaller } from '../../http/organization-caller.js';
import { pageQuery } from '../../http/page-query.js';
import { queryParameter } from '../../http/query-parameters.js';
import { parseQuery, type QueryParameter } from '../../http/query-specification.js';
import { RequestRefused } from '../../http/request-refused.js';
import { READ_AUDIT_LOG } from '../../http/route-access.js';
import { Contract } from '../../http/route-contract.js';
import { ReadSide } from '../../reads/read-side.js';
import { auditFilterQuery } from '../audit-query.js';
import { ExportSender } from '../export-sender.js';
import { logEventSchema } from './log-event.schema.js';
import { presentLogEvent } from './present-log-event.js';

const PAGE = 200;
const page = pageQuery('events', { max: 1_000, absent: PAGE });
/** Whether it was sent matters: with lines it must not be. */
const limit: QueryParameter<number | null> = { ...page.limit, absent: null };
const query = {
  after_seq: queryParameter.integer({
    ...{ min: 0, max: Number.MAX_SAFE_INTEGER, absent: null },
    description: 'Only events behind this one; from the first where neither it nor a cursor is sent',
  }),
  event_types: auditFilterQuery.event_types,
  format: queryParameter.oneOf(['json', 'ndjson'], { absent: 'json', description: 'A page, or all the rest as lines' }),
  ...page,
  limit,
};

@Controller()
export class ReadLogController {
  constructor(
    @Inject(ReadSide) private readonly reads: ReadSide,
    @Inject(ExportSender) private readonly exports: ExportSender,
  ) {}

  @Get('/v1/log')
  @Contract({
    operationId: 'readLog',
    summary:
      "The organization's events as they were recorded, oldest first; as lines an export that is itself an entry",
    tag: 'Audit log',
    access: READ_AUDIT_LOG,
    readModel: 'audit-log',
    query,
    answers: [
      { status: 200, description: 'A page of events.', schema: listSchema(logEventSchema) },
      {
        ...{ status: 200, description: 'A page of events, or all the rest.', schema: { type: 'string' } },
        ...{ contentType: 'application/x-ndjson', headers: ['Content-Disposition'] },
      },
    ],
    refuses: ['invalid_cursor'],
  })
  async read(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { after_seq, event_types, format, limit: limitSent, cursor } = parseQuery(query, request.query);
    if (cursor !== null && after_seq !== null) throw RequestRefused.field('after_seq', 'excludes a cursor');
    if (format === 'ndjson' && limitSent !== null)
      throw RequestRefused.field('limit', 'excludes format=ndjson, which sends all the rest');
    const { orgId } = organizationCaller(request);
    const { database, downloads, cursors } = this.reads;
    const types = event_types ?? [];
    const scope = { list: 'log', orgId, filter: types };
    const afterSeq = Number(cursors.open(scope, cursor) ?? after_seq ?? 0);
    const present = (event: LogEvent): object => presentLogEvent(orgId, event);
    if (format === 'ndjson') {
      await this.exports.send(request, reply, {
        ...{ format, via: 'log', name: 'event-log', head: '' },
        pages: (readPage) => streamLogEvents(downloads, orgId, types, afterSeq, readPage),
        line: (event: LogEvent) => `${JSON.stringify(present(event))}\n`,
        filters: { after_seq: afterSeq, ...(event_types === null ? {} : { event_types }) },
      });
      return;
    }
    const limit = limitSent ?? PAGE;
    const rows = await listLogEvents(database, orgId, types, { limit: limit + 1, afterSeq, untilSeq: null });
    await reply.send(
      listPage({ rows, limit, present, cursorBehind: ({ seq }: LogEvent) => cursors.seal(scope, String(seq)) }),
    );
  }
}
