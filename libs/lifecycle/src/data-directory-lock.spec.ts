import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockDataDirectory } from './data-directory-lock.js';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keyledger-lock-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

it('lets one in at a time, by whatever name the directory is called', async () => {
  const other = join(directory, 'link');
  await symlink(directory, other);
  const lock = await lockDataDirectory(directory);
  for (const name of [directory, `${directory}/`, other]) {
    await expect(lockDataDirectory(name)).rejects.toThrow(/another Keyledger runs on the data directory/);
  }
  await new Promise((resolve) => lock.close(resolve));
  const next = await lockDataDirectory(other);
  next.close();
});

it('lets just one of many in', async () => {
  const locks = await Promise.allSettled(Array.from({ length: 10 }, () => lockDataDirectory(directory)));
  const held = locks.filter((lock) => lock.status === 'fulfilled');
  expect(held).toHaveLength(1);
  for (const { value } of held) value.close();
});

it('does not mind another directory', async () => {
  const other = await mkdtemp(join(tmpdir(), 'keyledger-lock-'));
  const locks = await Promise.all([lockDataDirectory(directory), lockDataDirectory(other)]);
  for (const lock of locks) lock.close();
  await rm(other, { recursive: true });
});

it('keeps others out by a file where there is no abstract namespace, and takes over one that a killed process left', async () => {
  const lock = await lockDataDirectory(directory, false);
  const path = lock.address();
  if (typeof path !== 'string') throw new Error('the lock is not a file');
  await expect(lockDataDirectory(directory, false)).rejects.toThrow(/another Keyledger runs on the data directory/);
  await new Promise((resolve) => lock.close(resolve));

  const killed = `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
  expect(spawnSync(process.execPath, ['-e', killed, path]).signal).toBe('SIGKILL');
  expect(existsSync(path)).toBe(true);
  const next = await lockDataDirectory(directory, false);
  await expect(lockDataDirectory(directory, false)).rejects.toThrow(/another Keyledger runs on the data directory/);
  await new Promise((resolve) => next.close(resolve));
});
