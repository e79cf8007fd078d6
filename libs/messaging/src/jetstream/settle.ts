import type { JsMsg } from '@nats-io/jetstream';

/** Where the connection has ended it cannot be said, and the message comes again. */
export function settle(message: JsMsg, answer: 'ack' | 'nak'): void {
  try {
    message[answer]();
  } catch {
    // The end of the connection has its own log line.
  }
}
