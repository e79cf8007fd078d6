import { eventually } from '#libs/testing';
import { Receiver } from './receiver.js';

/** A request that came and may wait for its answer. */
export interface HeldRequest {
  readonly eventId: string;
  /** Of the object that it tells of. */
  readonly objectId: string;
  /** Does nothing where it was answered at once. */
  answer(status: number): void;
}

/** A receiver that takes what comes, but for what it is told to hold: that it answers when a test says so. */
export class HoldingReceiver {
  readonly requests: HeldRequest[] = [];
  holds = false;

  private constructor(private readonly receiver: Receiver) {
    receiver.respond = (response, { body }) => {
      const { id, data } = JSON.parse(body) as { readonly id: string; readonly data: { readonly id: string } };
      const answer = (status: number): void => {
        if (!response.writableEnded) response.writeHead(status).end();
      };
      this.requests.push({ eventId: id, objectId: data.id, answer });
      if (!this.holds) answer(204);
    };
  }

  static async listen(): Promise<HoldingReceiver> {
    return new HoldingReceiver(await Receiver.listen());
  }

  get url(): string {
    return this.receiver.url();
  }

  of(objectId: string): readonly HeldRequest[] {
    return this.requests.filter((request) => request.objectId === objectId);
  }

  /** The nth request (from 1) that tells of an object. */
  nth(objectId: string, n: number): Promise<HeldRequest> {
    return eventually(`request ${n} of ${objectId}`, () => this.of(objectId)[n - 1] ?? null);
  }

  close(): Promise<void> {
    return this.receiver.close();
  }
}
