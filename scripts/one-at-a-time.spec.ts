import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

let root: string;
const started: ChildProcess[] = [];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'keyledger-build-'));
});
afterEach(() => {
  started.splice(0).forEach((child) => child.kill('SIGKILL'));
  rmSync(root, { recursive: true, force: true });
});

/** A process with these scripts at hand, and what it prints. */
class Script {
  readonly child: ChildProcess;
  output = '';

  constructor(code: string) {
    const imports = ['one-at-a-time', 'ensure-ready']
      .map((name) => `import * as ${name.replaceAll('-', '')} from ${JSON.stringify(resolve(`scripts/${name}.mjs`))};`)
      .join('\n');
    const program = `${imports}
      import { appendFileSync } from 'node:fs';
      const root = ${JSON.stringify(root)};
      const { oneAtATime } = oneatatime, { ensureReady } = ensureready;
      const sleep = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
      const note = (what) => appendFileSync(root + '/notes', what + ' ');
      ${code}`;
    const env = { ...process.env, NODE_OPTIONS: '' };
    this.child = spawn(process.execPath, ['--input-type=module', '-e', program], { env });
    started.push(this.child);
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (bytes: Buffer) => (this.output += bytes.toString()));
    }
  }

  async says(text: string): Promise<void> {
    while (!this.output.includes(text)) {
      if (this.child.exitCode !== null) throw new Error(`it ended without saying ${text}: ${this.output}`);
      await new Promise((soon) => setTimeout(soon, 20));
    }
  }

  async ends(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'close');
    return this.child.exitCode;
  }
}

const notes = (): string => readFileSync(join(root, 'notes'), 'utf8').trim();
/** Holds the lock until it is killed, its event loop as busy as a build keeps it. */
const HOLD = (options = ''): string =>
  `await oneAtATime(root, () => { console.log('held'); sleep(600_000); } ${options})`;

describe.each([true, false])('with the lock of Linux: %s', (onLinux) => {
  const options = `, { onLinux: ${onLinux} }`;

  it('lets processes that start at once work one after the other', async () => {
    const work = `await oneAtATime(root, () => { note('in'); sleep(150); note('out'); } ${options})`;
    const all = Array.from({ length: 4 }, () => new Script(work));
    expect(await Promise.all(all.map((each) => each.ends()))).toEqual([0, 0, 0, 0]);
    expect(notes()).toBe(Array.from({ length: 4 }, () => 'in out').join(' '));
  });

  it('is free at once for all that wait, still one by one, when who held it was killed', async () => {
    const holder = new Script(HOLD(options));
    await holder.says('held');
    const work = `await oneAtATime(root, () => { note('in'); sleep(150); note('out'); } ${options})`;
    const waiting = [new Script(work), new Script(work)];
    await Promise.all(waiting.map((each) => each.says('waiting for another process')));
    holder.child.kill('SIGKILL');
    expect(await Promise.all(waiting.map((each) => each.ends()))).toEqual([0, 0]);
    expect(notes()).toBe('in out in out');
  });

  it('gives up with a message where another one never ends', async () => {
    const holder = new Script(HOLD(options));
    await holder.says('held');
    const waiting = new Script(`await oneAtATime(root, () => note('in'), { withinMs: 300, onLinux: ${onLinux} })`);
    expect(await waiting.ends()).toBe(1);
    expect(waiting.output).toMatch(/another process has been installing or building in .* end it and try again/);
  });
});

it('installs and builds once for all that start at once, and then starts whoever holds the lock', async () => {
  installed();
  const start = `console.log('ready', await ensureReady(root))`;
  const first = [new Script(start), new Script(start)];
  expect(await Promise.all(first.map((each) => each.ends()))).toEqual([0, 0]);
  expect(notes()).toBe('built');

  await new Script(HOLD()).says('held');
  const next = new Script(start);
  expect(await next.ends()).toBe(0);
  expect(next.output).toBe(`ready ${join(root, 'node_modules/.bin/node')}\n`);
});

/** A checkout that has its dependencies, with a compiler that only says that it ran. */
function installed(): void {
  for (const file of ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json'])
    writeFileSync(join(root, file), '{}');
  for (const folder of ['node_modules/.bin', 'node_modules/typescript/bin'])
    mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, 'node_modules/.keyledger-lock'), createHash('sha256').update('{}').digest('hex'));
  symlinkSync(process.execPath, join(root, 'node_modules/.bin/node'));
  const compiler = `const fs = require('node:fs'); fs.mkdirSync('dist'); fs.appendFileSync('notes', 'built ');`;
  writeFileSync(join(root, 'node_modules/typescript/bin/tsc'), compiler);
}
