import { execFile } from 'node:child_process';
import { readFile, readlink, realpath, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const WRITTEN_WITHIN_MS = 500;

/**
 * The file in which a Postgres writes down its process id. It is not taken on trust: after a crash it stays, and by then
 * the number may be that of any other process (in a container that starts anew it usually is), which must be neither
 * waited for nor killed.
 */
export class PostmasterFile {
  readonly #path: string;

  constructor(private readonly data: string) {
    this.#path = join(data, 'postmaster.pid');
  }

  /** The process id of the Postgres that runs on the data directory, null where none does. */
  async running(): Promise<number | null> {
    const pid = await this.#named();
    return pid !== null && isAlive(pid) && (await this.#worksHere(pid)) ? pid : null;
  }

  /** Sends a signal to that Postgres, if there is one. */
  async signal(signal: NodeJS.Signals): Promise<void> {
    const pid = await this.running();
    try {
      if (pid !== null) process.kill(pid, signal);
    } catch {
      // It went meanwhile, which is what the signal was for.
    }
  }

  /**
   * Removes the file where a Postgres would refuse to start beside it for no reason: it names a living process that is
   * no Postgres of this directory, or it is empty, as one killed between making and writing it leaves it. The number of
   * a dead one Postgres recognises by itself, with more care: what else it left may still be in use.
   */
  async forgetRemnant(): Promise<void> {
    if ((await this.#empty()) && (await this.#emptyStill())) return rm(this.#path, { force: true });
    const pid = await this.#named();
    if (pid !== null && isAlive(pid) && !(await this.#worksHere(pid))) await rm(this.#path, { force: true });
  }

  async #empty(): Promise<boolean> {
    return (await readFile(this.#path, 'utf8').catch(() => null)) === '';
  }

  /** One that is just starting writes its number at once. */
  async #emptyStill(): Promise<boolean> {
    await delay(WRITTEN_WITHIN_MS);
    return this.#empty();
  }

  async #named(): Promise<number | null> {
    const pid = Number.parseInt(await readFile(this.#path, 'utf8').catch(() => ''), 10);
    return Number.isSafeInteger(pid) && pid > 0 ? pid : null;
  }

  /**
   * Postgres makes the data directory its own current one. Where that cannot be seen (root without CAP_SYS_PTRACE, as in
   * most containers, may not look at a process of `nobody`), its command line names the directory; without `/proc`, its
   * name has to do.
   */
  async #worksHere(pid: number): Promise<boolean> {
    if (pid === process.pid || pid === process.ppid) return false;
    if (process.platform === 'linux') {
      const current = await readlink(`/proc/${pid}/cwd`).catch(() => null);
      if (current !== null) return current === (await realpath(this.data).catch(() => null));
      const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
      return basename(command[0] ?? '') === 'postgres' && command.includes(this.data);
    }
    const { stdout } = await promisify(execFile)('ps', ['-p', String(pid), '-o', 'comm=']).catch(() => ({
      stdout: '',
    }));
    return stdout.includes('postgres');
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
