import { eventually, type ApiClient } from '#libs/testing';
import type { DeliveryView } from '#libs/webhook-deliveries';

/** One endpoint, as its owner sees and changes it over the API, through every outage in between. */
export class EndpointClient {
  private constructor(
    /** Anew for each request, because a restart may make another address. */
    private readonly client: () => ApiClient,
    readonly id: string,
    readonly secret: string,
  ) {}

  static async create(client: () => ApiClient, url: string, events: readonly string[]): Promise<EndpointClient> {
    const { status, body, text } = await client().post('/v1/webhooks', { url, events });
    if (status !== 201) throw new Error(`no endpoint was made: ${text}`);
    return new EndpointClient(client, String(body['id']), String(body['secret']));
  }

  /** What the API answers to a change of it, such as `pause`. @throws Error where it is refused */
  async post(what: string, body: unknown = {}): Promise<Readonly<Record<string, unknown>>> {
    const answer = await this.client().post(`/v1/webhooks/${this.id}/${what}`, body);
    if (answer.status !== 200) throw new Error(`POST ${what} answered ${answer.status}: ${answer.text}`);
    return answer.body;
  }

  /** @param position as of that place of the log, or later */
  shown(position: string | null = null): Promise<Readonly<Record<string, unknown>>> {
    return this.#get(`/v1/webhooks/${this.id}`, position);
  }

  /** All of them, or those of one status, newest first. */
  async deliveries(options: { readonly status?: string; readonly position?: string | null } = {}) {
    const path = `/v1/webhooks/${this.id}/deliveries?limit=200${options.status ? `&status=${options.status}` : ''}`;
    const deliveries: DeliveryView[] = [];
    for (let next: string | null = path; next !== null;) {
      const page = await this.#get(next, options.position ?? null);
      deliveries.push(...(page['data'] as readonly DeliveryView[]));
      const cursor = page['next_cursor'];
      next = typeof cursor === 'string' ? `${path}&cursor=${encodeURIComponent(cursor)}` : null;
    }
    return deliveries;
  }

  #get(path: string, position: string | null): Promise<Readonly<Record<string, unknown>>> {
    return eventually(`GET ${path}`, async () => {
      const headers: Record<string, string> = position === null ? {} : { 'x-min-log-position': position };
      const answer = await this.client()
        .get(path, headers)
        .catch(() => null);
      if (answer === null || answer.status === 503) return null;
      if (answer.status !== 200) throw new Error(`GET ${path} answered ${answer.status}: ${answer.text}`);
      return answer.body;
    });
  }
}
