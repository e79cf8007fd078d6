import type { Position } from './position.js';

/** What an adapter tells the operator's metrics of itself without asking its store. */
export interface EventStoreFigures {
  /** The newest position that this process knows of. */
  readonly head: Position;
  readonly waitingAppends: number;
}
