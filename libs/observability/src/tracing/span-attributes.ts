import type { Attributes } from '@opentelemetry/api';
import { scrubSecrets } from '../scrub-secrets.js';

/**
 * What the spans of one change have in common, on whatever node and in whatever trace they are: the correlation id of
 * its events, which is the id of the request. A client may choose that, so it is scrubbed like a line of the log.
 */
export function correlatedBy(correlationId: string): Attributes {
  return { 'keyledger.correlation_id': scrubSecrets(correlationId) };
}

/** The kind of a stream, such as `apiKey`: its whole name would say which key. */
export function streamCategory(stream: string): string {
  return stream.split('-', 1)[0] ?? stream;
}
