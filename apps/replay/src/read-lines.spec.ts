import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readLines } from './read-lines.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keyledger-lines-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function linesOf(content: string | Buffer): Promise<readonly string[]> {
  const file = join(directory, 'file');
  await writeFile(file, content);
  const lines: string[] = [];
  for await (const line of readLines(file)) lines.push(line);
  return lines;
}

const long = 'ä'.repeat(100_000);

it.each([
  ['nothing', '', []],
  ['one line', 'a\n', ['a']],
  ['a last line without its end', 'a\nb', ['a', 'b']],
  ['an empty line', 'a\n\nb\n', ['a', '', 'b']],
  ['lines longer than what is read at once', `${long}\n${long}\n`, [long, long]],
  ['separators that other readers break at', 'a\u2028b\u2029c\u0085d\n', ['a\u2028b\u2029c\u0085d']],
])('reads %s', async (_, content, lines) => {
  expect(await linesOf(content)).toEqual(lines);
});

it('names the line that is not UTF-8', async () => {
  await expect(linesOf(Buffer.from('a\nb\xff\n', 'latin1'))).rejects.toMatchObject({ message: 'line 2: is not UTF-8' });
});

it('names a line that is longer than any event, before it is in memory', async () => {
  await expect(linesOf(Buffer.alloc(9_000_000, 'x'))).rejects.toMatchObject({
    message: 'line 1: is longer than any event',
  });
});

it('says that a file cannot be read', async () => {
  const reading = readLines(join(directory, 'none')).next();
  await expect(reading).rejects.toMatchObject({
    code: 'replay_failed',
    message: expect.stringMatching(/ENOENT/) as string,
  });
});
