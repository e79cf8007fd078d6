import type { LogRead, StreamRead } from './event-store.js';

/** The page size of a stream read, brought into its bounds. */
export function streamLimit({ limit = 1_000 }: Pick<StreamRead, 'limit'>): number {
  return Math.min(Math.max(Math.trunc(limit), 1), 5_000);
}

/** The page size of a log read, brought into its bounds. */
export function logLimit({ limit = 2_000 }: { readonly limit?: LogRead['limit'] | undefined }): number {
  return Math.min(Math.max(Math.trunc(limit), 1), 10_000);
}
