import backpressure from '@eventstore/db-client/dist/utils/backpressuredWrite.js';

let done = false;

/**
 * Keeps a broken stream of appends from ending the process. The library lets appends beyond the first 16 wait for room in
 * the stream inside a promise that nobody holds, so a server that dies under more of them is as many unhandled
 * rejections. Each of these appends is told of the break by another way, so the writes may fail in silence. The bound of
 * 16 in flight that would avoid it costs a third of the throughput.
 */
export function tolerateBrokenWrites(): void {
  if (done) return;
  done = true;
  const write = backpressure.backpressuredWrite;
  const tolerant: typeof write = async (stream, data) => {
    try {
      await write(stream, data);
    } catch {
      // Told by the stream's own error.
    }
  };
  if (!Reflect.set(backpressure, 'backpressuredWrite', tolerant)) {
    throw new Error('@eventstore/db-client is not the version that this was written for');
  }
}
