import { parseSettings } from '#libs/settings';
import { restoreBackup } from '../backup/restore-backup.js';
import { OperatorFailed } from '../operator-failed.js';
import { runCommand } from './run-command.js';

/** `npm run -s restore -- DIR` */
await runCommand('restore', async ([from, ...more], print) => {
  if (from === undefined || more.length > 0) throw new OperatorFailed('usage: npm run -s restore -- DIR');
  await restoreBackup(from, parseSettings(process.env).dataDir, print);
});
