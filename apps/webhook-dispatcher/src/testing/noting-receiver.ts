import { Webhook } from 'standardwebhooks';
import { Receiver, type Received } from './receiver.js';

/** A request and what it was answered; null: the connection was closed instead. */
export interface Noted {
  readonly eventId: string;
  readonly type: string;
  readonly sequence: number | null;
  readonly data: Readonly<Record<string, unknown>>;
  readonly answered: number | null;
  /** `performance.now()` milliseconds. */
  readonly at: number;
}

/** How to answer the nth request (from 1) with an id. */
export type Policy = (eventId: string, nth: number) => number | null;

const TAKES_ALL: Policy = () => 204;

/** Refuses some the first time, and hangs up on others. */
export const FAILS_AT_TIMES: Policy = (eventId, nth) => {
  const chance = Number.parseInt(eventId.slice(-2), 16);
  if (nth > 1 || chance >= 80) return 204;
  return chance < 64 ? 500 : null;
};

/** A receiver that verifies what comes and notes by id what it answered, whatever it is told to answer. */
export class NotingReceiver {
  readonly noted: Noted[] = [];
  /** What was not signed as it should be, and why. */
  readonly unverified: string[] = [];
  readonly #times = new Map<string, number>();
  #secret: string | null = null;

  private constructor(
    private readonly receiver: Receiver,
    private readonly policy: Policy,
  ) {
    receiver.respond = (response, received) => {
      const noted = this.#note(received);
      if (noted.answered === null) response.destroy();
      else response.writeHead(noted.answered).end();
    };
  }

  static async listen(policy: Policy = TAKES_ALL): Promise<NotingReceiver> {
    return new NotingReceiver(await Receiver.listen(), policy);
  }

  get url(): string {
    return this.receiver.url();
  }

  /** Everything is held against this secret from now on. */
  verifyWith(secret: string): void {
    this.#secret = secret;
  }

  /** What came, by id. */
  byEvent(): ReadonlyMap<string, readonly Noted[]> {
    return Map.groupBy(this.noted, ({ eventId }) => eventId);
  }

  close(): Promise<void> {
    return this.receiver.close();
  }

  #note({ body, headers, at }: Received): Noted {
    this.#verify(body, headers as Readonly<Record<string, string>>);
    const event = JSON.parse(body) as Readonly<Record<string, unknown>>;
    const eventId = String(headers['webhook-id']);
    if (eventId !== event['id']) this.unverified.push(`${eventId} is not the id of what it came with`);
    const nth = (this.#times.get(eventId) ?? 0) + 1;
    this.#times.set(eventId, nth);
    const noted = {
      ...{ eventId, type: String(event['type']), sequence: event['sequence'] as number | null },
      ...{ data: event['data'] as Noted['data'], answered: this.policy(eventId, nth), at },
    };
    this.noted.push(noted);
    return noted;
  }

  #verify(body: string, headers: Readonly<Record<string, string>>): void {
    if (this.#secret === null) return;
    try {
      new Webhook(this.#secret).verify(body, { ...headers });
    } catch (error) {
      this.unverified.push(String(error));
    }
  }
}
