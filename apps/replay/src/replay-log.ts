import {
  apiKeyDecider,
  isApiKeyEvent,
  presentKey,
  toSeconds,
  type KeyState,
  type LineageState,
  type PresentedKey,
} from '#libs/domain';
import { isError } from '#libs/errors';
import { parseLogLine, type LogLine } from './log-line.js';
import { ReplayFailed } from './replay-failed.js';

export interface ReplayedLog {
  /** As `GET /v1/api-keys?as_of=` lists them all: newest first, without those that were deleted by then. */
  readonly keys: readonly PresentedKey[];
  /** Events in the file. */
  readonly events: number;
  /** Of them, those up to the instant. */
  readonly counted: number;
  /** Unix milliseconds, of the newest event in the file. */
  readonly newestMs: number;
}

interface StreamEnd {
  readonly revision: number;
  readonly occurredAtMs: number;
}

/**
 * Folds an organization's log by the product's own decider, up to an instant (Unix milliseconds, inclusive), and checks
 * all of it: that it begins with the first event and lacks none in between, and that every stream is whole and in order.
 * @throws ReplayFailed that names the line; also for no line at all, for "there were no keys" must not rest on nothing
 */
export async function replayLog(lines: AsyncIterable<string> | Iterable<string>, asOfMs: number): Promise<ReplayedLog> {
  const lineages = new Map<string, LineageState>();
  const made: { readonly stream: string; readonly id: string }[] = [];
  const streams = new Map<string, StreamEnd>();
  let [events, counted, newestMs] = [0, 0, -Infinity];
  for await (const text of lines) {
    events++;
    try {
      const line = parseLogLine(text);
      assertFollows(line, events, streams.get(line.stream));
      streams.set(line.stream, line);
      newestMs = Math.max(newestMs, line.occurredAtMs);
      if (line.occurredAtMs > asOfMs) continue;
      counted++;
      if (!isApiKeyEvent(line.event)) continue;
      const before = lineages.get(line.stream) ?? apiKeyDecider.initialState;
      const after = apiKeyDecider.evolve(before, line.event);
      lineages.set(line.stream, after);
      for (const { id } of after.keys.slice(before.keys.length)) made.push({ stream: line.stream, id });
    } catch (error) {
      throw ReplayFailed.atLine(events, isError(error) ? error.message : String(error), error);
    }
  }
  if (events === 0) {
    throw new ReplayFailed(
      '0 events were read: the file is empty. So is the log of an organization in which nothing has happened yet, but ' +
        'of any other the file is cut off or the download failed; ask GET /v1/log whether it shows an event.',
    );
  }
  const byId = new Map(
    [...lineages.values()].flatMap(({ keys }) => keys.map((key): [string, KeyState] => [key.id, key])),
  );
  const keys = made.toReversed().flatMap(({ id }) => byId.get(id) ?? []);
  const shown = keys.filter(({ deleted }) => !deleted).map((key) => presentKey(key, toSeconds(asOfMs), null));
  return { keys: shown, events, counted, newestMs };
}

/** @throws Error that says what is missing or out of order */
function assertFollows({ seq, stream, revision, occurredAtMs }: LogLine, expected: number, end?: StreamEnd): void {
  if (seq > expected) {
    const lacking = seq - expected === 1 ? `event ${expected}` : `events ${expected} to ${seq - 1}`;
    throw new Error(`seq is ${seq}: the file lacks ${lacking}`);
  }
  if (seq < expected) throw new Error(`seq is ${seq} where ${expected} follows: a line is there twice or out of order`);
  const next = (end?.revision ?? -1) + 1;
  if (revision !== next) throw new Error(`revision is ${revision} where ${next} follows in ${stream}`);
  if (end !== undefined && occurredAtMs < end.occurredAtMs) {
    throw new Error(`occurred_at is before that of the event ahead of it in ${stream}`);
  }
}
