import type { Logger } from '../logger.js';

/** Named as the settings are, each by the standard variable that it is read from. */
export interface TracingSettings {
  readonly otelSdkDisabled: boolean;
  readonly otelTracesExporter: 'otlp' | 'none';
  readonly otelEndpoint: string | null;
  readonly otelTracesEndpoint: string | null;
  readonly otelHeaders: Readonly<Record<string, string>> | null;
  readonly otelServiceName: string | null;
  readonly otelResourceAttributes: Readonly<Record<string, string>> | null;
  readonly otelTracesSampler: SamplerName;
  readonly otelTracesSamplerArg: number;
}

export type SamplerName =
  | 'always_on'
  | 'always_off'
  | 'traceidratio'
  | 'parentbased_always_on'
  | 'parentbased_always_off'
  | 'parentbased_traceidratio';

export interface Tracing {
  /** Sends what is left, for two seconds at most, and lets go of the collector. Never rejects. */
  stop(): Promise<void>;
}

export interface TracingOptions {
  /** Where `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` do not name it. */
  readonly serviceName: string;
  readonly logger: Logger;
}

/**
 * Makes the spans of this process real and sends them to the collector that the settings name. Where they name none,
 * nothing of the SDK is even loaded, and every span stays what the interface alone makes of it: nothing.
 */
export async function startTracing(settings: TracingSettings, options: TracingOptions): Promise<Tracing> {
  const url = collectorUrl(settings);
  if (url === null) return { stop: () => Promise.resolve() };
  const { SpanExport } = await import('./span-export.js');
  return SpanExport.start(url, settings, options);
}

/** A collector's base URL is one for all signals, and the specification says what is appended for traces. */
function collectorUrl(settings: TracingSettings): string | null {
  const { otelSdkDisabled, otelTracesExporter, otelEndpoint, otelTracesEndpoint } = settings;
  if (otelSdkDisabled || otelTracesExporter === 'none') return null;
  if (otelTracesEndpoint !== null) return otelTracesEndpoint;
  return otelEndpoint === null ? null : `${otelEndpoint.replace(/\/+$/, '')}/v1/traces`;
}
