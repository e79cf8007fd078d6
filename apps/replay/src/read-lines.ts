import { createReadStream } from 'node:fs';
import { isError } from '#libs/errors';
import { ReplayFailed } from './replay-failed.js';

/** An event has at most a million bytes, and JSON writes some of them in up to six. */
const LONGEST_LINE = 8_000_000;

/**
 * The lines of a file, in memory one at a time. Not `node:readline`, which also breaks lines at the separators U+2028 and
 * U+2029: JSON may have those within a text.
 * @throws ReplayFailed where the file cannot be read, a line is no UTF-8 or longer than any that the product writes
 */
export async function* readLines(file: string): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  let pending: Buffer[] = [];
  let length = 0;
  const text = (): string => {
    try {
      return decoder.decode(Buffer.concat(pending));
    } catch (error) {
      throw ReplayFailed.atLine(line, 'is not UTF-8', error);
    }
  };
  for await (const chunk of chunksOf(file)) {
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, start)) {
      pending.push(chunk.subarray(start, end));
      yield text();
      [line, start, pending, length] = [line + 1, end + 1, [], 0];
    }
    pending.push(chunk.subarray(start));
    length += chunk.length - start;
    if (length > LONGEST_LINE) throw ReplayFailed.atLine(line, 'is longer than any event');
  }
  if (length > 0) yield text();
}

async function* chunksOf(file: string): AsyncGenerator<Buffer, void, undefined> {
  try {
    for await (const chunk of createReadStream(file)) yield chunk as Buffer;
  } catch (error) {
    throw new ReplayFailed(`the file cannot be read: ${isError(error) ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
