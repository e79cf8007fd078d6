import type { LogRecord, NewRecord, StandInLog } from './stand-in-log.js';

export type ExpectedRevision = number | 'no_stream' | 'any' | 'stream_exists';

export type AppendDecision =
  | { readonly outcome: 'stored'; readonly revision: number; readonly position: number }
  /** Null where there is no stream. */
  | { readonly outcome: 'wrong_expected_version'; readonly current: number | null };

/**
 * What the real server makes of an append, by its published source and as observed: at an exact revision or none the ids
 * in the log decide whether it is a retry, at any other only what this run of the server has seen.
 */
export function decideAppend(
  log: StandInLog,
  stream: string,
  expected: ExpectedRevision,
  events: readonly NewRecord[],
): AppendDecision {
  const stored = log.stream(stream);
  const current = stored.length - 1;
  const refused: AppendDecision = { outcome: 'wrong_expected_version', current: current < 0 ? null : current };
  if (expected === 'any' || expected === 'stream_exists') {
    if (expected === 'stream_exists' && current < 0) return refused;
    const known = events.map(({ id }) => log.recent(id)).map((record) => (record?.stream === stream ? record : null));
    if (known[0] === null || known[0] === undefined) return append(log, stream, events, current);
    return known.includes(null) ? refused : answer(known.at(-1), current);
  }
  const revision = expected === 'no_stream' ? -1 : expected;
  if (revision > current) return refused;
  if (revision === current) return append(log, stream, events, current);
  const there = events.map((_, index) => stored[revision + 1 + index]);
  const isRetry = events.length > 0 && events.every(({ id }, index) => there[index]?.id === id);
  return isRetry ? answer(there.at(-1), current) : refused;
}

/** An append of nothing succeeds and makes no stream. */
function append(log: StandInLog, stream: string, events: readonly NewRecord[], current: number): AppendDecision {
  return answer(log.append(stream, events), current);
}

function answer(last: LogRecord | null | undefined, current: number): AppendDecision {
  if (last === null || last === undefined) return { outcome: 'stored', revision: Math.max(current, 0), position: 0 };
  return { outcome: 'stored', revision: last.revision, position: last.position };
}
