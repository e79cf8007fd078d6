import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-node';
import type { Logger } from '../logger.js';

/** Says when spans begin to be lost and when they no longer are, by one line each, however long that lasts. */
export class ReportingExporter implements SpanExporter {
  #lost = 0;

  constructor(
    private readonly exporter: SpanExporter,
    private readonly logger: Logger,
  ) {}

  export(spans: ReadableSpan[], done: Parameters<SpanExporter['export']>[1]): void {
    this.exporter.export(spans, (result) => {
      this.#report(spans.length, result.error ?? null);
      done(result);
    });
  }

  async shutdown(): Promise<void> {
    await this.exporter.shutdown();
  }

  #report(spans: number, error: Error | null): void {
    if (error !== null) {
      if (this.#lost === 0) this.logger.warn({ err: error }, 'spans cannot be sent and are dropped');
      this.#lost += spans;
      return;
    }
    if (this.#lost > 0) this.logger.info({ lost: this.#lost }, 'spans are sent again');
    this.#lost = 0;
  }
}
