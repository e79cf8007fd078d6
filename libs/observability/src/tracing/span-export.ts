import { setTimeout as delay } from 'node:timers/promises';
import { context, diag, DiagLogLevel, propagation, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { Logger } from '../logger.js';
import { collectorAgent } from './collector-agent.js';
import { ReportingExporter } from './reporting-exporter.js';
import { samplerOf } from './sampler.js';
import { serviceResource } from './service-resource.js';
import type { Tracing, TracingOptions, TracingSettings } from './start-tracing.js';

/**
 * For one batch from the connection to the answer, what is tried again included. Short, because a stop waits for the
 * last one; `OTEL_EXPORTER_OTLP_TIMEOUT` is not asked for that reason.
 */
const EXPORT_WITHIN_MS = 2_000;
const BATCH_EVERY_MS = 1_000;
const LONGEST_BATCH = 512;
/** Spans beyond it are lost: a collector that is away must not cost the process its memory. */
const LONGEST_QUEUE = 2_048;

/** The SDK and its exporter; the one way into both, imported only where spans are to be sent. */
export class SpanExport implements Tracing {
  readonly #ended = new AbortController();
  readonly #provider: NodeTracerProvider;

  private constructor(url: string, settings: TracingSettings, { serviceName, logger }: TracingOptions) {
    const limits = { withinMs: EXPORT_WITHIN_MS, ended: this.#ended.signal };
    const exporter = new OTLPTraceExporter({
      url,
      headers: { ...settings.otelHeaders },
      timeoutMillis: EXPORT_WITHIN_MS,
      httpAgentOptions: (protocol) => collectorAgent(protocol, limits),
    });
    const processor = new BatchSpanProcessor(new ReportingExporter(exporter, logger), {
      exportTimeoutMillis: 2 * EXPORT_WITHIN_MS,
      scheduledDelayMillis: BATCH_EVERY_MS,
      maxExportBatchSize: LONGEST_BATCH,
      maxQueueSize: LONGEST_QUEUE,
    });
    this.#provider = new NodeTracerProvider({
      sampler: samplerOf(settings.otelTracesSampler, settings.otelTracesSamplerArg),
      resource: serviceResource(settings, serviceName),
      spanProcessors: [processor],
    });
  }

  /** Every span of this process goes there from now on. */
  static start(url: string, settings: TracingSettings, options: TracingOptions): SpanExport {
    passWarningsOn(options.logger);
    const started = new SpanExport(url, settings, options);
    started.#provider.register();
    return started;
  }

  async stop(): Promise<void> {
    const late = new AbortController();
    const flushed = this.#provider.shutdown().catch(() => undefined);
    await Promise.race([flushed, delay(EXPORT_WITHIN_MS, undefined, { signal: late.signal }).catch(() => undefined)]);
    late.abort();
    // What the collector still has in hand would keep the process alive.
    this.#ended.abort();
    for (const part of [trace, context, propagation, diag]) part.disable();
  }
}

/** Warnings say that the queue was full or that the collector took only a part; its outages are `ReportingExporter`'s. */
function passWarningsOn(logger: Logger): void {
  const ignore = (): void => undefined;
  const warn = (detail: string): void => logger.warn({ detail }, 'spans were lost');
  diag.setLogger(
    { error: ignore, warn, info: ignore, debug: ignore, verbose: ignore },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
}
