import { open, stat } from 'node:fs/promises';

const TAIL_BYTES = 8_192;
/** What Postgres tells a client that comes too early, or too late. */
const TO_A_CLIENT = 'FATAL:  the database system is';

/** What Postgres wrote into its log since a certain moment. */
export class ServerLog {
  #from = 0;

  constructor(readonly path: string) {}

  /** Forgets what the log says up to now. */
  async mark(): Promise<void> {
    this.#from = await stat(this.path).then(
      ({ size }) => size,
      () => 0,
    );
  }

  /** What kept it from going on, in its own words: null where it said nothing of the kind. */
  async complaint(): Promise<string | null> {
    const lines = (await this.#tail()).split('\n');
    return lines.findLast((line) => /\b(FATAL|PANIC):/u.test(line) && !line.includes(TO_A_CLIENT))?.trim() ?? null;
  }

  async #tail(): Promise<string> {
    const file = await open(this.path).catch(() => null);
    if (file === null) return '';
    try {
      const { size } = await file.stat();
      const { buffer, bytesRead } = await file.read({
        buffer: Buffer.alloc(TAIL_BYTES),
        position: Math.max(this.#from, size - TAIL_BYTES),
      });
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  }
}
