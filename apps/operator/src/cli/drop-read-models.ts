import { parseSettings } from '#libs/settings';
import { withOwnDatabase, withDatabase } from '../owners-session.js';
import { dropReadModels } from '../drop-read-models.js';
import { OperatorFailed } from '../operator-failed.js';
import { runCommand } from './run-command.js';

/** `npm run -s drop-read-models` */
await runCommand('drop-read-models', async (args, print) => {
  if (args.length > 0) throw new OperatorFailed('usage: npm run -s drop-read-models');
  const { databaseUrl, dataDir } = parseSettings(process.env);
  const dropped =
    databaseUrl === null
      ? await withOwnDatabase(dataDir, dropReadModels)
      : await withDatabase(databaseUrl, dropReadModels);
  print(`dropped: ${dropped.toSorted().join(', ')}`);
  print('The next start makes them anew from the log.');
});
