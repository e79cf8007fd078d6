import { API_KEY_STREAM_PREFIX, JOB_STREAM_PREFIX, WEBHOOK_STREAM_PREFIX } from '#libs/domain';
import { apiKeyTranslation } from './api-key-translation.js';
import { jobTranslation } from './job-translation.js';
import type { Translation } from './translation.js';
import { webhookTranslation } from './webhook-translation.js';

const TRANSLATIONS: readonly (readonly [prefix: string, of: Translation<unknown>])[] = [
  [API_KEY_STREAM_PREFIX, apiKeyTranslation],
  [JOB_STREAM_PREFIX, jobTranslation],
  [WEBHOOK_STREAM_PREFIX, webhookTranslation],
];

/** The beginnings of the names of all streams of which anybody is told. */
export const TOLD_STREAMS: readonly string[] = TRANSLATIONS.map(([prefix]) => prefix);

/** Null for streams of which nobody is told. What one translation made of a stream is given to that one alone. */
export function translationOf(stream: string): Translation<unknown> | null {
  return TRANSLATIONS.find(([prefix]) => stream.startsWith(prefix))?.[1] ?? null;
}
