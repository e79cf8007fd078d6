import { parseSettings } from '#libs/settings';
import { takeBackup } from '../backup/take-backup.js';
import { OperatorFailed } from '../operator-failed.js';
import { runCommand } from './run-command.js';

/** `npm run -s backup -- DIR` */
await runCommand('backup', async ([to, ...more], print) => {
  if (to === undefined || more.length > 0) throw new OperatorFailed('usage: npm run -s backup -- DIR');
  const { dataDir, databaseUrl, eventStoreUrl, keyringFile, keyring } = parseSettings(process.env);
  if (databaseUrl !== null) throw new OperatorFailed('DATABASE_URL names a Postgres of your own: use its own tools.');
  // The log is everything: a backup without it would promise what it does not hold.
  if (eventStoreUrl !== null)
    throw new OperatorFailed(
      'EVENT_STORE_URL names an event store of your own, which holds the log: use its own tools.',
    );
  await takeBackup({ dataDir, keyringFile, keyringInEnvironment: keyring !== null }, to, print);
});
