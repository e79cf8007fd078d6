import type { Position } from '#libs/event-store';

/**
 * What metrics and readiness show of a projection in this process. `standby`: another process owns it. `stopped`: it
 * was told to, or something went wrong that a human must see (`error`), and it will not go on by itself.
 */
export interface ProjectionStatus {
  readonly name: string;
  readonly version: number;
  /** Of the tables, as this process last found them; null before that. */
  readonly generation: number | null;
  /** Up to where this process has projected, or found projected when it last looked. */
  readonly position: Position;
  readonly state: 'starting' | 'running' | 'standby' | 'stopped';
  readonly caughtUp: boolean;
  /** See `ProjectionLag`; 0 on standby, where the owner's figure counts. */
  readonly lagSeconds: number;
  /** Streams that were set aside because of an event that could not be folded; their rows are as of before it. */
  readonly parkedStreams: number;
  /** By this process since its start. */
  readonly eventsProjected: number;
  readonly error: string | null;
}
