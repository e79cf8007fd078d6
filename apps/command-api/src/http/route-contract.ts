import { applyDecorators, SetMetadata } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { ErrorCode } from './error-codes.js';
import type { QuerySpecification } from './query-specification.js';
import type { RouteAccess } from './route-access.js';

/** A JSON Schema (2020-12 as far as OpenAPI 3.1 takes it), written as a plain constant beside what it describes. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** One way in which a route answers what was asked for. */
export interface ContractAnswer {
  readonly status: number;
  readonly description: string;
  /** Null where the answer has no body. */
  readonly schema: JsonSchema | null;
  /** Default `application/json`. */
  readonly contentType?: string;
  readonly headers?: readonly AnswerHeader[];
}

/** The projections behind the queries, by their names; what makes the deliveries of webhooks is as good as one. */
export type ReadModelName =
  'api-keys' | 'api-key-history' | 'audit-log' | 'policy-types' | 'jobs' | 'usage' | 'webhooks' | 'deliveries';

export type AnswerHeader =
  'Location' | 'X-Log-Position' | 'Idempotent-Replayed' | 'X-Total-Count' | 'Content-Range' | 'Content-Disposition';

/** Everything that holds for one route before its handler runs, and everything that it may answer. */
export interface RouteContract {
  readonly operationId: string;
  readonly summary: string;
  readonly tag:
    | 'API keys'
    | 'Audit log'
    | 'Policy types'
    | 'Jobs'
    | 'Workers'
    | 'Usage'
    | 'Webhooks'
    | 'Live events'
    | 'Callers'
    | 'Operations';
  /** Null: anybody may call. */
  readonly access: RouteAccess | null;
  readonly answers: readonly ContractAnswer[];
  /** What its own rules refuse; what every route of its kind refuses is added by itself. */
  readonly refuses?: readonly ErrorCode[];
  readonly query?: QuerySpecification;
  /** The body's schema, where no request class says it. */
  readonly body?: JsonSchema;
  /** The read model that answers, or those that do by what the query asks for; `X-Min-Log-Position` waits for them. */
  readonly readModel?: ReadModelName | ((query: unknown) => readonly ReadModelName[]);
  /** Takes `Idempotency-Key`. */
  readonly idempotent?: boolean;
  /** Takes `Last-Event-ID`. */
  readonly resumable?: boolean;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    contract?: RouteContract;
  }
}

const ROUTE_CONTRACT = Symbol('route contract');

/** Puts the contract onto a controller's method: the edge enforces it and the OpenAPI document shows it. */
export function Contract(contract: RouteContract): MethodDecorator {
  return applyDecorators(RouteConfig({ contract }), SetMetadata(ROUTE_CONTRACT, contract));
}
