import type pg from 'pg';
import { BoundedLru } from '#libs/bounded-lru';
import { loadSubscriptions } from '#libs/webhook-deliveries';

/** An endpoint while it is in memory; only the fan-out's owner numbers. */
export interface SubscribedEndpoint {
  readonly webhookId: string;
  types: ReadonlySet<string>;
  lastSequence: number;
}

const MOST_ORGANIZATIONS = 20_000;

/** The endpoints of the organizations that events came of lately, as of the fan-out's place in the log. */
export class SubscribedEndpoints {
  readonly #organizations = new BoundedLru<string, Map<string, SubscribedEndpoint>>(MOST_ORGANIZATIONS);
  /** Those of the page in hand, which must not be forgotten under it. */
  #inHand = new Map<string, Map<string, SubscribedEndpoint>>();

  /** Makes sure that those of these organizations can be asked for. */
  async load(client: pg.ClientBase, orgIds: ReadonlySet<string>): Promise<void> {
    this.#inHand = new Map();
    const missing: string[] = [];
    for (const orgId of orgIds) {
      const known = this.#organizations.get(orgId);
      if (known === undefined) missing.push(orgId);
      else this.#inHand.set(orgId, known);
    }
    if (missing.length === 0) return;
    for (const [orgId, endpoints] of await loadSubscriptions(client, missing)) {
      const loaded = new Map(endpoints.map((endpoint) => [endpoint.webhookId, { ...endpoint }]));
      this.#organizations.set(orgId, loaded);
      this.#inHand.set(orgId, loaded);
    }
  }

  of(orgId: string): Map<string, SubscribedEndpoint> {
    const endpoints = this.#inHand.get(orgId);
    if (endpoints === undefined) throw new Error('the endpoints of this organization were not loaded');
    return endpoints;
  }

  /** What was numbered was not kept, or somebody else may have numbered since. */
  forget(): void {
    this.#organizations.clear();
    this.#inHand = new Map();
  }
}
