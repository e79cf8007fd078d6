import type { IntegrationEventType, JsonObject } from '#libs/domain';
import { SAMPLE_JOBS } from './sample-jobs.js';
import { SAMPLE_KEYS } from './sample-keys.js';
import { SAMPLE_WEBHOOKS } from './sample-webhooks.js';

const SAMPLES: Readonly<Record<IntegrationEventType, JsonObject>> = {
  ...SAMPLE_JOBS,
  ...SAMPLE_KEYS,
  ...SAMPLE_WEBHOOKS,
};

/** The `data` of a test delivery, whole: an object that never was, as the golden file of that type has it. */
export function sampleData(type: IntegrationEventType): JsonObject {
  return SAMPLES[type];
}
