import type { IntegrationEvent } from '#libs/contracts';

/** What receivers get of an event: the text is made once, and its bytes are what is signed and sent, however often. */
export class DeliveryBody {
  readonly #before: string;
  readonly #after: string;

  constructor({ id, type, timestamp, org_id, data }: IntegrationEvent) {
    this.#before = JSON.stringify({ id, type, timestamp, org_id }).slice(0, -1);
    this.#after = `,"data":${JSON.stringify(data)}}`;
  }

  /** @param sequence the endpoint's own number of the event; null: it has none */
  numbered(sequence: number | null): string {
    return `${this.#before},"sequence":${sequence}${this.#after}`;
  }
}
