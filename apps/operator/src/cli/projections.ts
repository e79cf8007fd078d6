import { OperatorApi } from '../operator-api.js';
import { projections } from '../projections.js';
import { runCommand } from './run-command.js';

/** `npm run -s projections -- status | rebuild NAME | unpark NAME STREAM` */
await runCommand('projections', async (args, print) =>
  projections(args, await OperatorApi.fromEnvironment(process.env), print),
);
