import type { FastifyRequest } from 'fastify';
import type { OrganizationCaller } from '#libs/auth';

/** The caller of a route that the platform token may not call. */
export function organizationCaller(request: FastifyRequest): OrganizationCaller {
  const { caller } = request.context;
  if (caller === null || caller.type === 'platform') {
    throw new Error('a route is open to callers that it cannot serve');
  }
  return caller;
}
