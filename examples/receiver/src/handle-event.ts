import type { KeyledgerEvent } from './event.ts';

/**
 * The work: put yours here. Be quick, for Keyledger waits 15 s for the answer; what takes longer belongs into a queue. What it
 * throws is answered with 500, and the event comes again.
 */
export async function handleEvent({ type, data }: KeyledgerEvent, log: (line: string) => void): Promise<void> {
  log(`${type}: ${String(data['id'])}`);
}
