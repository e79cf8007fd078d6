/**
 * `starting`: not caught up with the log yet. `stale`: too long without a sign of life from it. `stopped`: for good, by us
 * or by what could not be read. `overloaded`: too many reads wait already. `contended`: the lineage changed each time that
 * it was read. `unreadable`: its stream holds what this version cannot fold.
 */
export type DirectoryUnavailableReason = 'starting' | 'stale' | 'stopped' | 'overloaded' | 'contended' | 'unreadable';

/** This node cannot know whether a key is good, and does not guess. May be asked again; answered as 503. */
export class DirectoryUnavailable extends Error {
  readonly code = 'event_store_unavailable';
  override readonly name = 'DirectoryUnavailable';
  constructor(readonly reason: DirectoryUnavailableReason) {
    super(`the key directory cannot answer: ${reason}`);
  }
}
