import {
  apiKeyDecider,
  currentSchemaVersion,
  parseApiKeyEvent,
  type ApiKeyCommand,
  type ApiKeyEvent,
  type LineageState,
} from '#libs/domain';
import type { StreamType } from './stream-type.js';

/** The streams `apiKey-{lineage}`. */
export const apiKeyStreams: StreamType<ApiKeyCommand, ApiKeyEvent, LineageState> = {
  decider: apiKeyDecider,
  parse: parseApiKeyEvent,
  schemaVersion: currentSchemaVersion,
};
