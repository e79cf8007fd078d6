import { keyTable } from './key-table.js';
import { readLines } from './read-lines.js';
import { replayArguments } from './replay-arguments.js';
import { replayLog, type ReplayedLog } from './replay-log.js';

export interface Replay {
  /** The keys, as a table or as JSON. */
  readonly keys: string;
  /** What they rest on. */
  readonly note: string;
}

/**
 * `npm run replay`: how the keys stood at an instant by the organization's log alone; no server and no database.
 * @param directory where a relative path begins
 * @throws ReplayFailed
 */
export async function replay(args: readonly string[], directory: string): Promise<Replay> {
  const { file, asOfMs, json } = replayArguments(args, directory);
  const log = await replayLog(readLines(file), asOfMs);
  return { keys: json ? JSON.stringify(log.keys, null, 2) : keyTable(log.keys), note: noteOf(log, asOfMs) };
}

function noteOf({ events, counted, newestMs }: ReplayedLog, asOfMs: number): string {
  const moment = (ms: number): string => new Date(ms).toISOString();
  const read = `${counted} of ${events} events in the file happened by ${moment(asOfMs)}.`;
  if (newestMs > asOfMs) return read;
  return `${read} The newest is of ${moment(newestMs)}: what happened after the file was made is not in it.`;
}
