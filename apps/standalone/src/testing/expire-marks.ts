import { asOwner } from './as-owner.js';

/** Ends the 30 s for which the mark of a dead process blocks a retry, as waiting would. */
export function expireMarks(dataDir: string): Promise<void> {
  return endMarks(dataDir, `now() - interval '1 second'`);
}

/** Has the marks that are there block for as long as a test takes; a restart on a busy machine may last 30 s by itself. */
export function prolongMarks(dataDir: string): Promise<void> {
  return endMarks(dataDir, `now() + interval '1 hour'`);
}

async function endMarks(dataDir: string, at: string): Promise<void> {
  await asOwner(dataDir, (client) =>
    client.query(`update command_api.idempotency set locked_until = ${at} where sealed_answer is null`),
  );
}
