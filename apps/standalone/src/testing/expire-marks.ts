import { asOwner } from './as-owner.js';

/** Ends the 30 s for which the mark of a dead process blocks a retry, as waiting would. */
export async function expireMarks(dataDir: string): Promise<void> {
  await asOwner(dataDir, (client) =>
    client.query(
      `update command_api.idempotency set locked_until = now() - interval '1 second' where sealed_answer is null`,
    ),
  );
}
