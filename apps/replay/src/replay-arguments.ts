import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parseTime } from '#libs/domain';
import { isError } from '#libs/errors';
import { ReplayFailed } from './replay-failed.js';

const USAGE = `usage: npm run -s replay -- FILE --as-of T [--json]
  FILE      the organization's log as lines: GET /v1/log?format=ndjson
  --as-of T the instant, Unix seconds or RFC 3339: every event up to it counts
  --json    the keys as GET /v1/api-keys?as_of=T shows them, instead of a table`;

export interface ReplayArguments {
  /** Absolute. */
  readonly file: string;
  /** Unix milliseconds. */
  readonly asOfMs: number;
  readonly json: boolean;
}

/** @param directory where a relative path begins @throws ReplayFailed that says how it is used */
export function replayArguments(args: readonly string[], directory: string): ReplayArguments {
  const { values, positionals } = parsed(args);
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) throw new ReplayFailed(`one FILE must be named\n${USAGE}`);
  const asOfMs = parseTime(values['as-of'] ?? '');
  if (asOfMs === null) throw new ReplayFailed(`--as-of must be a time as Unix seconds or RFC 3339\n${USAGE}`);
  return { file: resolve(directory, file), asOfMs, json: values.json };
}

function parsed(args: readonly string[]) {
  try {
    const options = { 'as-of': { type: 'string' }, json: { type: 'boolean', default: false } } as const;
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new ReplayFailed(`${isError(error) ? error.message : String(error)}\n${USAGE}`, { cause: error });
  }
}
