import { Body, Controller, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { READ_AUDIT_LOG } from '../../http/route-access.js';
import { Contract } from '../../http/route-contract.js';
import { answerWrite, WRITE_HEADERS, writeContextOf } from '../../write-side/write-http.js';
import { AcknowledgeExport } from './acknowledge-export.command.js';
import { AcknowledgeExportRequest } from './acknowledge-export.request.js';

@Controller()
export class AcknowledgeExportController {
  constructor(private readonly commands: CommandBus) {}

  @Post('/v1/system_audit_log/export_ack')
  @Contract({
    operationId: 'acknowledgeAuditLogExport',
    summary: 'Record that the client exported rows of the audit log by its own means',
    tag: 'Audit log',
    access: READ_AUDIT_LOG,
    idempotent: true,
    answers: [{ status: 204, description: 'It is recorded.', schema: null, headers: WRITE_HEADERS }],
  })
  async acknowledge(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() { row_count }: AcknowledgeExportRequest,
  ): Promise<object | undefined> {
    return answerWrite(reply, await this.commands.execute(new AcknowledgeExport(writeContextOf(request), row_count)));
  }
}
