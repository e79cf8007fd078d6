import { finished, Readable } from 'node:stream';
import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { streamAuditEntries, type RecordedEntry } from '#libs/read-models';
import { organizationCaller } from '../../http/organization-caller.js';
import { queryParameter } from '../../http/query-parameters.js';
import { parseQuery } from '../../http/query-specification.js';
import { READ_AUDIT_LOG } from '../../http/route-access.js';
import { Contract, type ContractAnswer } from '../../http/route-contract.js';
import { ReadSide } from '../../reads/read-side.js';
import { auditFilterQuery, namedFilters, toAuditFilter } from '../audit-query.js';
import { ExportAudit } from '../export-audit.js';
import { CSV_HEADER, csvLine } from './audit-csv.js';

const query = {
  ...auditFilterQuery,
  format: queryParameter.oneOf(['csv', 'ndjson'], { absent: 'csv', description: 'Lines of CSV or of JSON' }),
};

const FORMATS = {
  csv: { contentType: 'text/csv; charset=utf-8', head: CSV_HEADER, line: csvLine },
  ndjson: {
    contentType: 'application/x-ndjson',
    head: '',
    line: (entry: RecordedEntry) => `${JSON.stringify(entry)}\n`,
  },
};

const entries: ContractAnswer = {
  status: 200,
  description: 'The entries.',
  schema: { type: 'string' },
  headers: ['Content-Disposition'],
};

@Controller()
export class ExportAuditLogController {
  constructor(
    @Inject(ReadSide) private readonly reads: ReadSide,
    @Inject(ExportAudit) private readonly audit: Pick<ExportAudit, 'begun' | 'exported'>,
  ) {}

  @Get('/v1/system_audit_log/export')
  @Contract({
    operationId: 'exportAuditLog',
    summary: 'All entries that a filter finds, streamed; itself an entry once it ends',
    tag: 'Audit log',
    access: READ_AUDIT_LOG,
    readModel: 'audit-log',
    query,
    answers: [
      { ...entries, contentType: 'text/csv' },
      { ...entries, contentType: 'application/x-ndjson' },
    ],
  })
  async export(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { format, ...values } = parseQuery(query, request.query);
    const { contentType, head, line } = FORMATS[format];
    void reply.header('content-type', contentType);
    void reply.header('content-disposition', `attachment; filename="audit-log.${format}"`);
    if (request.method === 'HEAD') {
      await reply.send('');
      return;
    }
    const caller = organizationCaller(request);
    const { requestId, clientIp: ip, userAgent } = request.context;
    const pages = streamAuditEntries(this.reads.database, caller.orgId, toAuditFilter(values));
    // Before the head goes out, so that a database that does not answer is a 503 and not a broken stream.
    const first = await pages.next();
    let rowCount = 0;
    const lines = async function* (): AsyncGenerator<string> {
      if (head !== '') yield head;
      for (let page = first; page.done !== true; page = await pages.next()) {
        rowCount += page.value.length;
        yield page.value.map(line).join('');
      }
    };
    this.audit.begun();
    finished(reply.raw, (error) => {
      const completed = error === undefined || error === null;
      const filters = namedFilters(values);
      this.audit.exported({ caller, format, rowCount, completed, filters, requestId, ip, userAgent });
    });
    await reply.send(Readable.from(lines(), { objectMode: true, highWaterMark: 1 }));
  }
}
