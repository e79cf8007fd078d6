import type { Sender, Sent } from '#libs/outbound';
import { signatureHeaders } from '#libs/outbound';
import type { LeasedDelivery } from '#libs/webhook-deliveries';
import type { WebhookSecrets } from '#libs/webhook-secrets';

export interface AttemptsOptions {
  readonly sender: Pick<Sender, 'send'>;
  readonly secrets: Pick<WebhookSecrets, 'open'>;
}

/** The secrets that an endpoint signs with are not where they were kept. */
export class SigningSecretMissing extends Error {
  readonly code = 'signing_secret_missing';
  override readonly name = 'SigningSecretMissing';
}

/** Signs and sends. */
export class Attempts {
  constructor(private readonly options: AttemptsOptions) {}

  /**
   * One attempt. What the receiver does is in what it resolves to.
   * @param now Unix milliseconds
   * @throws SigningSecretMissing, DatabaseUnavailable: nothing was sent, and the receiver is not to blame
   */
  async make(lease: LeasedDelivery, now: number, signal: AbortSignal): Promise<Sent> {
    const { sender, secrets } = this.options;
    const timestampSeconds = Math.floor(now / 1_000);
    const live = lease.secrets.filter(({ endsAt }) => endsAt === null || timestampSeconds < endsAt);
    const ids = live.map(({ secretId }) => secretId);
    const opened = await secrets.open(lease.orgId, lease.webhookId, ids);
    const keys = ids.flatMap((id) => opened.get(id) ?? []);
    // One that is missing must not go unsigned by unnoticed: a receiver may know no other.
    if (keys.length === 0 || keys.length < ids.length) {
      throw new SigningSecretMissing(`a signing secret of ${lease.webhookId} is not kept`);
    }
    const body = Buffer.from(lease.body);
    const headers = {
      ...signatureHeaders({ id: lease.eventId, timestampSeconds, body, keys }),
      ...(lease.test ? { 'webhook-test': 'true' } : {}),
      ...(lease.redelivery ? { 'webhook-redelivery': 'true' } : {}),
    };
    return sender.send({ url: lease.url, headers, body, signal });
  }
}
