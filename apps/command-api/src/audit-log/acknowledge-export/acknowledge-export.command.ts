import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { auditLogExported } from '#libs/domain';
import type { Position } from '#libs/event-store';
import type { IdempotentWrites } from '../../write-side/idempotency/idempotent-writes.js';
import type { WriteAnswer } from '../../write-side/idempotency/write-answer.js';
import { actorOf, type WriteContext } from '../../write-side/write-context.js';
import type { AuditTrail } from '../audit-trail.js';

/** Records that a client has exported so many rows by its own means, such as a console that made a spreadsheet. */
export class AcknowledgeExport extends Command<WriteAnswer> {
  constructor(
    readonly context: WriteContext,
    readonly rowCount: number,
  ) {
    super();
  }
}

@CommandHandler(AcknowledgeExport)
export class AcknowledgeExportHandler implements ICommandHandler<AcknowledgeExport> {
  constructor(
    private readonly writes: IdempotentWrites,
    private readonly trail: AuditTrail,
    private readonly sealPosition: (position: Position) => string,
  ) {}

  execute({ context, rowCount }: AcknowledgeExport): Promise<WriteAnswer> {
    const { caller, requestId, ip, userAgent } = context;
    const event = auditLogExported({
      format: null,
      via: 'acknowledgement',
      row_count: rowCount,
      completed: true,
      filters: {},
    });
    return this.writes.run(context, async ({ commandId, repeatedSince }) => {
      const position = await this.trail.append({
        ...{ commandId, repeatedSince, orgId: caller.orgId, actor: actorOf(caller), requestId, ip, userAgent, event },
      });
      return { status: 204, body: null, location: null, logPosition: this.sealPosition(position) };
    });
  }
}
