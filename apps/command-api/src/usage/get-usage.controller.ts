import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readUsage } from '#libs/read-models';
import { organizationCaller } from '../http/organization-caller.js';
import { parseQuery } from '../http/query-specification.js';
import { RequestRefused } from '../http/request-refused.js';
import { READ_USAGE } from '../http/route-access.js';
import { Contract } from '../http/route-contract.js';
import { ReadSide } from '../reads/read-side.js';
import { usageCsv } from './usage-csv.js';
import { toUsageQuestion, usageQuery } from './usage-query.js';
import { usageReport, type UsageReport } from './usage-report.js';
import { usageSchema } from './usage.schema.js';

/** Of `data`, and of hours, days or months that it is made of; a year has 8,784 hours. */
const MOST_ROWS = 10_000;

@Controller()
export class GetUsageController {
  constructor(@Inject(ReadSide) private readonly reads: ReadSide) {}

  @Get('/v1/usage')
  @Contract({
    operationId: 'getUsage',
    summary: 'What jobs have cost in a period, by the hour, day or month of a time zone',
    tag: 'Usage',
    access: READ_USAGE,
    readModel: 'usage',
    query: usageQuery,
    answers: [
      {
        status: 200,
        description: `Sums of the period; 422 where \`data\` would have more than ${MOST_ROWS} rows or its period more hours, days or months.`,
        schema: usageSchema,
      },
      {
        ...{ status: 200, description: 'The rows of `data`.', schema: { type: 'string' } },
        ...{ contentType: 'text/csv', headers: ['Content-Disposition'] },
      },
    ],
  })
  async get(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UsageReport | string> {
    const values = parseQuery(usageQuery, request.query);
    const now = this.reads.clock();
    const question = toUsageQuestion(values, now);
    const groups = [...new Set(values.group_by)];
    const limits = { now, limit: MOST_ROWS };
    const answer = await readUsage(this.reads.database, organizationCaller(request).orgId, question, limits);
    const report = answer === null ? null : usageReport(answer, question, groups);
    if (report === null || report.data.length > MOST_ROWS) {
      const message = `gives more than ${MOST_ROWS} rows: ask for a longer one, fewer groups or a shorter period`;
      throw RequestRefused.field('granularity', message);
    }
    if (values.format === 'json') return report;
    void reply.headers({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="usage.csv"',
    });
    return usageCsv(report.data, groups);
  }
}
