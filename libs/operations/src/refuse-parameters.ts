import type { FastifyRequest } from 'fastify';
import { UNKNOWN_PARAMETER } from './refusals.js';
import { RequestRefused } from './request-refused.js';

/** For routes that take no query parameter. @throws RequestRefused 422 naming those that were sent */
export function refuseParameters({ query }: FastifyRequest): void {
  const sent = Object.keys(typeof query === 'object' && query !== null ? query : {});
  if (sent.length === 0) return;
  const fields = sent.map((field) => ({ field, message: UNKNOWN_PARAMETER }));
  throw new RequestRefused('validation_failed', { fields });
}
