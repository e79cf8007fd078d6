import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface CollectedSpan {
  readonly service: unknown;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the first span of a trace. */
  readonly parentSpanId: string;
  /** 2 is an error. */
  readonly status: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly Readonly<Record<string, unknown>>[];
}

interface Received {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export type Answering = (response: ServerResponse) => void;

/** An OTLP/HTTP receiver that takes JSON, as a collector has one. */
export class OtlpCollector {
  readonly received: Received[] = [];

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  /** @param answer in place of taking what was sent */
  static async start(answer: Answering = (response) => void response.end('{}')): Promise<OtlpCollector> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const collector = new OtlpCollector(server, `http://127.0.0.1:${port}`);
    server.on('request', (request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        collector.received.push({ path: request.url ?? '', headers: request.headers, body });
        answer(response);
      });
    });
    return collector;
  }

  /** Everything that has arrived so far. */
  spans(): readonly CollectedSpan[] {
    return this.received.flatMap(({ body }) => spansOf(JSON.parse(body) as Exported));
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }
}

type Value = { readonly [kind: string]: unknown };
type Attributes = readonly { readonly key: string; readonly value: Value }[];

/** The members of `ExportTraceServiceRequest` that tests look at, in the JSON mapping of OTLP. */
interface Exported {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: Attributes };
    readonly scopeSpans: readonly {
      readonly spans: readonly {
        readonly name: string;
        readonly traceId: string;
        readonly spanId: string;
        readonly parentSpanId?: string;
        readonly status: { readonly code?: number };
        readonly attributes: Attributes;
        readonly events: readonly { readonly attributes: Attributes }[];
      }[];
    }[];
  }[];
}

function spansOf({ resourceSpans }: Exported): readonly CollectedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map(({ name, traceId, spanId, parentSpanId = '', status, attributes, events }) => ({
        ...{ name, traceId, spanId, parentSpanId },
        service: valuesOf(resource.attributes)['service.name'],
        status: status.code ?? 0,
        attributes: valuesOf(attributes),
        events: events.map((event) => valuesOf(event.attributes)),
      })),
    ),
  );
}

function valuesOf(attributes: Attributes): Readonly<Record<string, unknown>> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
