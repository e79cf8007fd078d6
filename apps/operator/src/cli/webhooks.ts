import { parseSettings } from '#libs/settings';
import { withDatabase, withOwnDatabase } from '../owners-session.js';
import { webhooks } from '../webhooks.js';
import { runCommand } from './run-command.js';

/** `npm run -s webhooks -- status [--json] | send-from POSITION | send-from beginning` */
await runCommand('webhooks', async (args, print) => {
  const { databaseUrl, dataDir } = parseSettings(process.env);
  await (databaseUrl === null
    ? withOwnDatabase(dataDir, (client) => webhooks(args, client, print), 'operator')
    : withDatabase(databaseUrl, (client) => webhooks(args, client, print), 'operator'));
});
