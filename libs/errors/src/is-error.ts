import { isNativeError } from 'node:util/types';

/**
 * Whether something that was thrown is an error, whoever made it. Neither question is enough alone: `instanceof` is
 * false for Node's own errors under Jest, where they come from another realm, and `isNativeError` for Fastify's, which
 * only inherit from `Error`.
 */
export function isError(thrown: unknown): thrown is Error {
  return thrown instanceof Error || isNativeError(thrown);
}
