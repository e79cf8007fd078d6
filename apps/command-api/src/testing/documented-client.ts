import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

export interface DocumentedRequest {
  /** Sent as JSON; a string or nothing as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface DocumentedAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed JSON, null where the answer is none. */
  readonly body: unknown;
}

interface DocumentedResponse {
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}

interface DocumentedPaths {
  readonly components: object;
  readonly paths: Readonly<Record<string, Readonly<Record<string, { responses: Record<string, DocumentedResponse> }>>>>;
}

/**
 * Talks to the API as a client that believes its OpenAPI document: an answer whose route, status or body is not in there
 * is an error. `unseen` says which documented answers no test has met.
 */
export class DocumentedClient {
  readonly #seen = new Set<string>();
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });
  readonly #validators = new Map<string, ValidateFunction>();

  private constructor(
    private readonly url: string,
    private readonly document: DocumentedPaths,
  ) {
    formats.default(this.#ajv);
  }

  /** Makes the application listen where it does not yet. */
  static async of(application: NestFastifyApplication): Promise<DocumentedClient> {
    if (!application.getHttpServer().listening) await application.listen(0, '127.0.0.1');
    return DocumentedClient.at(await application.getUrl());
  }

  static async at(url: string): Promise<DocumentedClient> {
    const response = await fetch(new URL('/openapi.json', url));
    // Checked by every answer that is looked up in it.
    return new DocumentedClient(url, (await response.json()) as DocumentedPaths);
  }

  /** @throws Error when the answer is not as documented */
  async request(
    method: string,
    path: string,
    { body, headers = {} }: DocumentedRequest = {},
  ): Promise<DocumentedAnswer> {
    const isText = typeof body === 'string' || body === undefined;
    const response = await fetch(new URL(path, this.url), {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
    });
    const type = response.headers.get('content-type')?.split(';')[0] ?? '';
    const text = await textOf(response, type);
    const parsed: unknown = type === 'application/json' && text !== '' ? JSON.parse(text) : null;
    this.#check(method, new URL(path, this.url).pathname, response.status, type, parsed);
    return { status: response.status, headers: response.headers, text, body: parsed };
  }

  /** `METHOD /path/{id} status` of everything that is documented and was not met. */
  unseen(): readonly string[] {
    const documented = Object.entries(this.document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, { responses }]) =>
        Object.keys(responses).map((status) => `${method.toUpperCase()} ${path} ${status}`),
      ),
    );
    return documented.filter((answer) => !this.#seen.has(answer)).sort();
  }

  #check(method: string, path: string, status: number, type: string, body: unknown): void {
    // A literal path is a route of its own, though it fits a template too.
    const paths = Object.keys(this.document.paths);
    const template = paths.find((literal) => literal === path) ?? paths.find((each) => pattern(each).test(path));
    const documented = method === 'HEAD' ? 'get' : method.toLowerCase();
    const operation = template === undefined ? undefined : this.document.paths[template]?.[documented];
    if (template === undefined || operation === undefined) {
      // The document says nothing of what is not there.
      if (status === 404 || status === 405) return;
      throw new Error(`${method} ${path} answered ${status} but is not documented`);
    }
    const name = `${method} ${template} ${status}`;
    const response = operation.responses[status];
    if (response === undefined) throw new Error(`${name} is not documented: ${JSON.stringify(body)}`);
    // As GET but for the body; it does not count as one.
    if (method === 'HEAD') return;
    this.#seen.add(name);
    const schema = (response.content?.[type] ?? response.content?.['*/*'])?.schema;
    if (response.content !== undefined && schema === undefined) throw new Error(`${name} is not documented as ${type}`);
    if (schema === undefined || type !== 'application/json') return;
    const validate =
      this.#validators.get(name) ?? this.#ajv.compile({ ...schema, components: this.document.components });
    this.#validators.set(name, validate);
    if (!validate(body)) {
      throw new Error(
        `${name} is not as documented: ${this.#ajv.errorsText(validate.errors)} in ${JSON.stringify(body)}`,
      );
    }
  }
}

/** Of events nothing, for they would go on for ever: `EventStream` reads them. */
async function textOf(response: Response, type: string): Promise<string> {
  if (type !== 'text/event-stream') return response.text();
  await response.body?.cancel();
  return '';
}

function pattern(template: string): RegExp {
  const escaped = template.replace(/[.*+?^$()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace('{file}', '.+').replace(/\{\w+\}/g, '[^/]+')}$`);
}
