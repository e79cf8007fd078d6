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
import { ExportSender } from '../export-sender.js';
import { CSV_HEADER, csvLine } from './audit-csv.js';

const query = {
  ...auditFilterQuery,
  format: queryParameter.oneOf(['csv', 'ndjson'], { absent: 'csv', description: 'Lines of CSV or of JSON' }),
};

const FORMATS = {
  csv: { head: CSV_HEADER, line: csvLine },
  ndjson: { head: '', line: (entry: RecordedEntry) => `${JSON.stringify(entry)}\n` },
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
    @Inject(ExportSender) private readonly exports: ExportSender,
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
    const { orgId } = organizationCaller(request);
    await this.exports.send(request, reply, {
      ...{ format, via: 'export', name: 'audit-log', filters: namedFilters(values), ...FORMATS[format] },
      pages: (readPage) => streamAuditEntries(this.reads.downloads, orgId, toAuditFilter(values), readPage),
    });
  }
}
