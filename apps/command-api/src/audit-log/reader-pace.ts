import type { Socket } from 'node:net';

export interface ReaderPaceOptions {
  /** The reader of a download has to take so many bytes in each window in which more is waiting for it all the time. */
  readonly leastBytes: number;
  /** Milliseconds, default a minute. */
  readonly windowMs?: number;
}

const WINDOW_MS = 60_000;
const LOOKS = 12;

/**
 * Calls once a reader is too slow, with what it took. The time-out of a socket does not do: it begins anew with each
 * byte, and a reader that takes one a second would hold its place for days. What the system has taken for the reader
 * counts as taken, so the first megabytes go quickly.
 * @returns how to stop looking
 */
export function watchReaderPace(
  socket: Pick<Socket, 'bytesWritten' | 'writableLength'>,
  { leastBytes, windowMs = WINDOW_MS }: ReaderPaceOptions,
  tooSlow: (takenBytes: number) => void,
): () => void {
  // Beside what was sent, Node counts what still waits.
  const taken = (): number => socket.bytesWritten - socket.writableLength;
  let [windowBegan, before] = [performance.now(), taken()];
  const look = (): void => {
    const [now, sinceThen] = [performance.now(), taken() - before];
    if (socket.writableLength === 0 || sinceThen >= leastBytes) [windowBegan, before] = [now, taken()];
    else if (now - windowBegan >= windowMs) {
      clearInterval(looking);
      tooSlow(sinceThen);
    }
  };
  const looking = setInterval(look, windowMs / LOOKS).unref();
  return () => clearInterval(looking);
}
