import { parseSettings } from '#libs/settings';
import { takeBackup } from '../backup/take-backup.js';
import { OperatorFailed } from '../operator-failed.js';
import { runCommand } from './run-command.js';

/** `npm run -s backup -- DIR` */
await runCommand('backup', async ([to, ...more], print) => {
  if (to === undefined || more.length > 0) throw new OperatorFailed('usage: npm run -s backup -- DIR');
  const { dataDir, databaseUrl, keyringFile, keyring } = parseSettings(process.env);
  if (databaseUrl !== null) throw new OperatorFailed('DATABASE_URL names a Postgres of your own: use its own tools.');
  await takeBackup({ dataDir, keyringFile, keyringInEnvironment: keyring !== null }, to, print);
});
