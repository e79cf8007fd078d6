import type { ErrorCode } from '../http/error-codes.js';
import { ERROR_CODES } from '../http/error-codes.js';
import type { KnownRoute } from '../http/known-routes.js';
import type { AnswerHeader, ContractAnswer, JsonSchema, RouteContract } from '../http/route-contract.js';
import { documentedErrors } from './documented-errors.js';

/** The request bodies that classes describe, by `METHOD /path/:id`, and the schemas that they refer to. */
export interface DescribedBodies {
  readonly bodies: ReadonlyMap<string, JsonSchema>;
  readonly schemas: Readonly<Record<string, JsonSchema>>;
}

export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly paths: Readonly<Record<string, Readonly<Record<string, JsonSchema>>>>;
  readonly [part: string]: unknown;
}

/** `GET /openapi.json`: every route by the very contract that is enforced on it. */
export function openApiDocument(routes: readonly KnownRoute[], { bodies, schemas }: DescribedBodies): OpenApiDocument {
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const { method, path, contract } of routes) {
    if (contract === null || method === 'HEAD') continue;
    const body = contract.body ?? bodies.get(`${method} ${path}`) ?? null;
    const documentedPath = path.replace(/:(\w+)/g, '{$1}').replace(/\*$/, '{file}');
    paths[documentedPath] = {
      ...paths[documentedPath],
      [method.toLowerCase()]: operation(method, documentedPath, contract, body),
    };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Keyledger',
      version: '1',
      description: 'API keys with a log of everything that ever happened to them.',
    },
    tags: TAGS.map((name) => ({ name })),
    paths,
    components: { schemas, securitySchemes },
  };
}

/** In the order in which the reference page shows them. */
const TAGS: readonly RouteContract['tag'][] = [
  'API keys',
  'Audit log',
  'Policy types',
  'Jobs',
  'Workers',
  'Usage',
  'Webhooks',
  'Live events',
  'Callers',
  'Operations',
];

const securitySchemes = {
  bearer: { type: 'http', scheme: 'bearer', description: 'A JWT, an API key or a platform token.' },
  apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'An API key.' },
};

function operation(method: string, path: string, contract: RouteContract, body: JsonSchema | null): JsonSchema {
  const { operationId, summary, tag, access, answers } = contract;
  return {
    operationId,
    summary,
    tags: [tag],
    ...(access === null ? {} : { description: whoMayCall(contract) }),
    security: access === null ? [] : [{ bearer: [] }, ...(access.scopes.length > 0 ? [{ apiKey: [] }] : [])],
    parameters: [...pathParameters(path), ...queryParameters(contract), ...headerParameters(method, contract)],
    ...(body === null ? {} : { requestBody: { content: { 'application/json': { schema: body } } } }),
    responses: { ...answersByStatus(answers), ...errorsByStatus(documentedErrors(method, contract), answers) },
  };
}

function whoMayCall({ access }: RouteContract): string {
  if (access === null) return 'Open to everybody.';
  const people = access.roles.length === 0 ? [] : [`JWT: ${access.roles.join(', ')}`];
  const keys = access.scopes === 'any' ? ['any API key'] : access.scopes.map((scope) => `scope \`${scope}\``);
  return `Callers: ${[...people, ...keys, ...(access.platform ? ['platform token'] : [])].join('; ')}.`;
}

function pathParameters(path: string): readonly JsonSchema[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    ...{ name, in: 'path', required: true, schema: { type: 'string' } },
  }));
}

function queryParameters({ query = {} }: RouteContract): readonly JsonSchema[] {
  return Object.entries(query).map(([name, { schema, description }]) => ({
    ...{ name, in: 'query', required: false, description, schema },
  }));
}

function headerParameters(
  method: string,
  { access, idempotent = false, resumable = false }: RouteContract,
): readonly JsonSchema[] {
  const header = (name: string, description: string): JsonSchema => ({
    ...{ name, in: 'header', required: false, description, schema: { type: 'string' } },
  });
  return [
    ...(method === 'GET' && access !== null ? [header('X-Min-Log-Position', 'Wait until this was read.')] : []),
    ...(resumable
      ? [header('Last-Event-ID', 'The `id` of the last event that was received: the next ones follow it.')]
      : []),
    ...(idempotent ? [header('Idempotency-Key', 'Makes a repeated request the same one for 24 hours.')] : []),
  ];
}

const HEADER_DESCRIPTIONS: Readonly<Record<AnswerHeader, string>> = {
  Location: 'Where what was made can be read.',
  'X-Log-Position': 'For `X-Min-Log-Position`, so that a read sees this write.',
  'Idempotent-Replayed': '`true` where this is the first answer again.',
  'X-Total-Count': 'How many entries the filter finds.',
  'Content-Range': 'Which of them these are.',
  'Content-Disposition': 'The name of the file.',
};

/** Of errors that go away by themselves. */
const RETRY_AFTER: JsonSchema = {
  'Retry-After': { description: 'Seconds to wait before the next try.', schema: { type: 'integer' } },
};

function answersByStatus(answers: readonly ContractAnswer[]): Record<string, JsonSchema> {
  const byStatus: Record<string, JsonSchema> = {};
  for (const { status, description, schema, contentType = 'application/json', headers = [] } of answers) {
    const earlier = byStatus[status]?.['content'];
    byStatus[status] = {
      description,
      headers: Object.fromEntries(
        headers.map((name) => [name, { description: HEADER_DESCRIPTIONS[name], schema: { type: 'string' } }]),
      ),
      ...(schema === null ? {} : { content: { ...(earlier ?? {}), [contentType]: { schema } } }),
    };
  }
  return byStatus;
}

function errorsByStatus(codes: readonly ErrorCode[], answers: readonly ContractAnswer[]): Record<string, JsonSchema> {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const { status } = ERROR_CODES[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, same]) => {
      const own = answers.find((answer) => answer.status === status)?.schema ?? null;
      const schema = own === null ? errorSchema(same) : { anyOf: [own, errorSchema(same)] };
      const description = same.map((code) => `\`${code}\``).join(', ');
      const headers = status === 429 || status === 503 ? { headers: RETRY_AFTER } : {};
      return [String(status), { description, ...headers, content: { 'application/json': { schema } } }];
    }),
  );
}

function errorSchema(codes: readonly ErrorCode[]): JsonSchema {
  const text = { type: 'string' };
  const field = {
    ...{ type: 'object', additionalProperties: false, required: ['field', 'message'] },
    properties: { field: text, message: text },
  };
  const detail = {
    type: 'object',
    additionalProperties: false,
    required: ['code', 'message', 'request_id'],
    properties: {
      code: { enum: codes },
      message: text,
      fields: { type: 'array', items: field },
      required_scope: text,
      request_id: text,
    },
  };
  return { type: 'object', additionalProperties: false, required: ['detail'], properties: { detail } };
}
