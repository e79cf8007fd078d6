import { setTimeout as delay } from 'node:timers/promises';
import type { OrganizationCaller } from '#libs/auth';
import { auditLogExported, type AuditLogExported, type JsonObject } from '#libs/domain';
import type { Logger } from '#libs/observability';
import { actorOf } from '../write-side/write-context.js';
import type { AuditTrail } from './audit-trail.js';
import { OrderedRetries } from './ordered-retries.js';

/** What is downloaded: entries of the audit log, or the events of the log as they were recorded. */
export type DownloadKind = Exclude<AuditLogExported['data']['via'], 'acknowledgement'>;

/** An export that has ended, for whatever reason. */
export interface EndedExport {
  readonly caller: OrganizationCaller;
  readonly format: 'csv' | 'ndjson';
  readonly via: DownloadKind;
  /** Rows handed to the connection. */
  readonly rowCount: number;
  readonly completed: boolean;
  readonly filters: JsonObject;
  readonly requestId: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
}

/** Makes every download of audit entries and of the log an entry of the audit log. */
export class ExportAudit {
  readonly #appends: OrderedRetries;
  #open = 0;
  #lastEnded: () => void = () => undefined;

  constructor(
    private readonly trail: AuditTrail,
    logger: Logger,
  ) {
    this.#appends = new OrderedRetries({ logger, mostWaiting: 5_000 });
  }

  /** An export begins, and `exported` will be called at its end. */
  begun(): void {
    this.#open++;
  }

  exported({ caller, format, via, rowCount, completed, filters, requestId, ip, userAgent }: EndedExport): void {
    const event = auditLogExported({ format, via, row_count: rowCount, completed, filters });
    const record = { orgId: caller.orgId, actor: actorOf(caller), requestId, ip, userAgent, event };
    this.#appends.add(caller.orgId, this.trail.attempts(record));
    if (--this.#open === 0) this.#lastEnded();
  }

  /** Waits for exports to end and for their entries, at most `withinMs` each. */
  async stop(withinMs: number): Promise<void> {
    // A server is closed a moment before the answers that were cut off have told so.
    if (this.#open > 0) {
      const ended = new Promise<void>((resolve) => (this.#lastEnded = resolve));
      await Promise.race([ended, delay(withinMs, undefined, { ref: false })]);
    }
    await this.#appends.drain(withinMs);
  }
}
