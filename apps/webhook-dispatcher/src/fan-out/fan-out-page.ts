import type { LogMessage } from '#libs/contracts';
import type { Position } from '#libs/event-store';

/** What comes next of the log, as far as webhooks are concerned. */
export interface FanOutPage {
  /** In log order, without a gap; none of them `content: null`. */
  readonly messages: readonly LogMessage[];
  /** Everything up to here has been looked at. */
  readonly position: Position;
  /** Whether it came over the bus, on which anything may be; else it was read from the log. */
  readonly isOfBus: boolean;
  /** It is kept: wherever it came from need not bring it again. */
  ack(): void;
}
