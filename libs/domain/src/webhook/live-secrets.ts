import type { SecretState, WebhookFacts } from './webhook.state.js';

/** The secrets that sign at that second, newest first: always the newest, and the one before it during its overlap. */
export function liveSecrets({ secrets }: Pick<WebhookFacts, 'secrets'>, nowSeconds: number): readonly SecretState[] {
  return secrets.filter(({ endsAt }) => endsAt === null || nowSeconds < endsAt);
}
