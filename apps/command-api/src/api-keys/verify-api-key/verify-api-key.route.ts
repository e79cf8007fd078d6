import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Caller, KeyVerifier, LastUsedRecorder, Verification, VerifiedKey } from '#libs/auth';
import { assertKnownScopes, type ScopeCatalogue } from '#libs/domain';
import type { ProductMetrics } from '#libs/observability';
import { parseQuery } from '../../http/query-specification.js';
import { VERIFY_KEYS } from '../../http/route-access.js';
import type { RouteContract } from '../../http/route-contract.js';
import { verificationSchema, verifyRequestSchema } from './verify-api-key.schema.js';
import { parseVerifyRequest } from './verify-request.js';

export interface VerifyRouteOptions {
  readonly verifier: Pick<KeyVerifier, 'verify'>;
  readonly lastUsed: Pick<LastUsedRecorder, 'record'>;
  readonly catalogue: ScopeCatalogue;
  readonly metrics: Pick<ProductMetrics, 'verified'>;
  /** Unix milliseconds. */
  readonly clock: () => number;
}

export const VERIFY_ROUTE = '/v1/api-keys/verify';

const contract: RouteContract = {
  operationId: 'verifyApiKey',
  summary: 'Whether a key is valid and holds the scopes needed; 200 whatever the key',
  tag: 'API keys',
  access: VERIFY_KEYS,
  body: verifyRequestSchema,
  answers: [{ status: 200, description: 'What the key is worth.', schema: verificationSchema }],
  refuses: ['unknown_scope', 'event_store_unavailable'],
};

/**
 * The hot path: a raw route with a compiled answer, and no promise where the directory holds the key. Nest's pipes and
 * command bus cost a third of the throughput here.
 */
export function serveVerification(server: FastifyInstance, options: VerifyRouteOptions): void {
  const { verifier, lastUsed, catalogue, metrics, clock } = options;
  server.post(
    VERIFY_ROUTE,
    { config: { contract }, schema: { response: { 200: verificationSchema } } },
    (request, reply) => {
      if (request.url.length > VERIFY_ROUTE.length) parseQuery({}, request.query);
      const { key, scopes } = parseVerifyRequest(request.body);
      if (scopes.length > 0) assertKnownScopes(catalogue, scopes);
      const startedAt = performance.now();
      const answer = (verification: Verification): void => {
        const seen = asSeenBy(callerOf(request), verification);
        metrics.verified(seen.code, (performance.now() - startedAt) / 1_000);
        if (seen.key !== null && seen.code === 'valid') {
          lastUsed.record(seen.key.orgId, seen.key.keyId, Math.floor(clock() / 1_000));
        }
        reply.send(present(seen));
      };
      const verification = verifier.verify(key, scopes);
      if (!(verification instanceof Promise)) return answer(verification);
      verification.then(answer).catch((error: unknown) => reply.send(error));
    },
  );
}

function callerOf(request: FastifyRequest): Caller {
  const { caller } = request.context;
  if (caller === null) throw new Error('a route with access rules was reached without a caller');
  return caller;
}

const NOT_FOUND: Verification = { code: 'not_found', key: null };

/** A key of another organization is no key at all, except for the operator's own services. */
function asSeenBy(caller: Caller, verification: Verification): Verification {
  if (verification.key === null || caller.type === 'platform') return verification;
  return verification.key.orgId === caller.orgId ? verification : NOT_FOUND;
}

function present({ code, key }: { readonly code: Verification['code']; readonly key: VerifiedKey | null }): object {
  if (key === null) return { valid: false, code };
  return {
    valid: code === 'valid',
    code,
    key_id: key.keyId,
    org_id: key.orgId,
    name: key.name,
    type: key.type,
    environment: key.environment,
    access: key.access,
    scopes: key.scopes,
    expires_at: key.expiresAt,
  };
}
