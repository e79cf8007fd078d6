import type { FastifyRequest } from 'fastify';
import type { ApiKeyCaller, PlatformCaller } from '#libs/auth';

/** Who works: a key for its own organization, or one of the operator's services for all. */
export interface WorkerCaller {
  readonly caller: ApiKeyCaller | PlatformCaller;
  /** The organization whose jobs it may have; null: of all. */
  readonly orgId: string | null;
  /** The same for all rotations of a key. */
  readonly holder: string;
  readonly requestId: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
}

export function workerCallerOf(request: FastifyRequest): WorkerCaller {
  const { caller, requestId, clientIp, userAgent } = request.context;
  if (caller === null || caller.type === 'user') throw new Error(`${request.url} is open to callers it cannot serve`);
  const isPlatform = caller.type === 'platform';
  return {
    caller,
    orgId: isPlatform ? null : caller.orgId,
    holder: isPlatform ? `platform ${caller.id}` : `key ${caller.orgId} ${caller.lineage}`,
    requestId,
    ip: clientIp,
    userAgent,
  };
}
