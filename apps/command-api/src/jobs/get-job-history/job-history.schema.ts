import { apiKeyHistoryEntrySchema } from '../../api-keys/get-api-key-history/api-key-history.schema.js';
import type { JsonSchema } from '../../http/route-contract.js';
import { jobSchema } from '../job.schema.js';

/** One event of a job: like one of a key's, but for what it leaves behind. */
export const jobHistoryEntrySchema: JsonSchema = {
  ...apiKeyHistoryEntrySchema,
  properties: { ...(apiKeyHistoryEntrySchema['properties'] as Record<string, JsonSchema>), state: jobSchema },
};
