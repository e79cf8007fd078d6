import type { FastifyRequest } from 'fastify';
import { RequestRefused } from './request-refused.js';

/** For routes that take no query parameter. @throws RequestRefused 422 naming those that were sent */
export function refuseParameters({ query }: FastifyRequest): void {
  const sent = Object.keys(typeof query === 'object' && query !== null ? query : {});
  if (sent.length === 0) return;
  const fields = sent.map((field) => ({ field, message: 'is not a parameter of this call' }));
  throw new RequestRefused('validation_failed', { fields });
}
