/** What live events may take of a process. */
export interface LiveEventsLimits {
  /** Most streams at once, of the process and of one organization. */
  readonly streams: number;
  readonly streamsOfOne: number;
  /** A reader that is owed more events is cut off. */
  readonly owedEvents: number;
  /** Most that is held for readers that are behind, of one organization and of all; beyond it the slowest is cut off. */
  readonly owedBytes: number;
  readonly owedBytesOfAll: number;
  /** A reader that takes nothing for so long while more is waiting is cut off. */
  readonly stalledMs: number;
  readonly commentEveryMs: number;
}

export const DEFAULT_LIMITS: LiveEventsLimits = {
  streams: 4_000,
  streamsOfOne: 2_000,
  owedEvents: 1_000,
  owedBytes: 2_097_152,
  owedBytesOfAll: 67_108_864,
  stalledMs: 30_000,
  commentEveryMs: 15_000,
};
