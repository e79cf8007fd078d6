import { setTimeout as delay } from 'node:timers/promises';
import { WorkFailed, type Json, type Lease, type Task } from './work.ts';

/** What reading costs, in millionths of a dollar: a token of a page, and a token of the result. */
const PRICE = { input: 3, output: 15 };
const FIELD = /^([^:\n]+):[ \t]*(.+)$/gm;

/**
 * The work of this example: it collects what the pages of a document say in lines such as `Premium: 1,250 USD`. Put
 * yours in its place. Input: `{"pages": ["…"], "seconds_per_page": 0}`; the seconds stand for a slower reader.
 */
export async function readDocument({ input }: Lease, task: Task): Promise<Json> {
  const { pages, seconds_per_page: seconds = 0 } = input;
  const isReadable = Array.isArray(pages) && pages.length > 0 && pages.every((page) => typeof page === 'string');
  if (!isReadable || typeof seconds !== 'number')
    throw new WorkFailed('unreadable_document', 'The input has no list of pages.', { retryable: false });
  const fields: [string, string][] = [];
  let [tokensRead, tokensWritten] = [0, 0];
  for (const [index, page] of pages.entries()) {
    if (index > 0) await task.progress(Math.floor((100 * index) / pages.length), `page ${index} read`);
    await delay(seconds * 1_000, undefined, { signal: task.signal });
    for (const [, name = '', value = ''] of page.matchAll(FIELD)) {
      fields.push([name.trim().toLowerCase().replace(/\W+/g, '_'), value.trim()]);
      tokensWritten += tokensIn(name) + tokensIn(value);
    }
    tokensRead += tokensIn(page);
    const cost = tokensRead * PRICE.input + tokensWritten * PRICE.output;
    task.spent({ input_tokens: tokensRead, output_tokens: tokensWritten, cost_usd: (cost / 1_000_000).toFixed(6) });
  }
  return Object.fromEntries(fields);
}

function tokensIn(text: string): number {
  return text.match(/\S+/g)?.length ?? 0;
}
